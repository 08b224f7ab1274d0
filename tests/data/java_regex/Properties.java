import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Prints which code points every property, shorthand and cased character matches: {@code java Properties.java > properties.txt}.
 *
 * <p>A line has flags, a pattern, the number of matching code points and a hash of their ranges, or E if the pattern is
 * rejected. The last lines have a hash of all pairs of cased characters that match each other: alone, in a literal, in a class
 * and in ranges, and one of the names of all characters.
 */
public class Properties {
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        for (String pattern : patterns()) {
            boolean fixed = pattern.startsWith("\\p{In") || pattern.startsWith("\\p{sc=");
            for (String flags : fixed ? List.of("") : List.of("", "i", "u", "iu", "U", "iU")) {
                out.print(flags + "\t" + pattern + "\t" + describe(flags, pattern) + "\n");
            }
        }
        for (String flags : List.of("i", "iu")) {
            out.print(flags + "\tcased\t" + cased(flags) + "\n");
        }
        out.print("\tnames\t" + names() + "\n");
        out.flush();
    }

    static Set<String> patterns() {
        Set<String> patterns = new LinkedHashSet<>();
        String shorthands = "\\d \\D \\w \\W \\s \\S \\h \\H \\v \\V . [a-z] [^k] [\\xe0-\\u0180] [\\x{10400}-\\x{1044f}]";
        patterns.addAll(List.of(shorthands.split(" ")));
        String names = "C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
                + " LC LD L1 all ASCII Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space Upper XDigit"
                + " javaLowerCase javaUpperCase javaAlphabetic javaIdeographic javaTitleCase javaDigit javaDefined javaLetter"
                + " javaLetterOrDigit javaJavaIdentifierStart javaJavaIdentifierPart javaUnicodeIdentifierStart"
                + " javaUnicodeIdentifierPart javaIdentifierIgnorable javaSpaceChar javaWhitespace javaISOControl javaMirrored"
                + " javaDefine java Javaletter ALL any Any alpha ALPHA lower UPPER punct xdigit WORD word"
                + " ALPHABETIC LETTER IDEOGRAPHIC LOWERCASE UPPERCASE TITLECASE WHITE_SPACE WHITESPACE CONTROL PUNCTUATION"
                + " HEX_DIGIT HEXDIGIT ASSIGNED NONCHARACTER_CODE_POINT NONCHARACTERCODEPOINT JOIN_CONTROL JOINCONTROL"
                + " Alphabetic letter IDEOgraphic Emoji Extended_Pictographic Latin Greek Q Lx lu LU";
        for (String name : names.split(" ")) {
            patterns.add("\\p{" + name + "}");
            patterns.add("\\p{Is" + name + "}");
            patterns.add("\\p{gc=" + name + "}");
        }
        patterns.addAll(List.of("\\pL", "\\PN", "\\p{general_category=Lu}", "\\p{GC=Lu}", "\\p{gC=lu}", "\\p{IsLatn}", "\\p{Islatin}",
                "\\p{script=Latin}", "\\p{blk=greek}", "\\p{Block=Greek}", "\\p{x=y}", "\\p{gc=}", "\\p{=Lu}", "\\p{Is}", "\\p{In}",
                "\\p{is Lu}", "\\p{IsL u}", "\\p{sc=Qaai}", "\\p{inGreek}", "\\p{InNoSuch}", "\\p{In Greek}", "\\p{IsGREEK}"));
        TreeSet<String> blocks = new TreeSet<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (Character.UnicodeBlock.of(c) != null) {
                blocks.add(Character.UnicodeBlock.of(c).toString());
            }
        }
        for (String block : blocks) {
            patterns.add("\\p{In" + block + "}");
            patterns.add("\\p{In" + block.toLowerCase() + "}");
            patterns.add("\\p{In" + block.replace('_', ' ') + "}");
            patterns.add("\\p{In" + block.replace("_", "") + "}");
            patterns.add("\\p{In" + block.replace('_', '-') + "}");
            patterns.add("\\p{In" + block.replaceAll("_([A-F])$", "-$1") + "}");
            patterns.add("\\p{In" + block.replaceAll("_([A-F])$", "-$1").replace('_', ' ') + "}");
            patterns.add("\\p{In" + block.replaceAll("_([A-F])$", "-$1").replace("_", "") + "}");
        }
        for (String block : List.of("Greek and Coptic", "GreekandCoptic", "Greek_and_Coptic", "Cyrillic Supplement", "CyrillicSupplement",
                "Cyrillic_Supplement", "Combining Diacritical Marks for Symbols", "CombiningDiacriticalMarksforSymbols",
                "Combining_Diacritical_Marks_for_Symbols", "Latin-1 Supplement", "Latin-1Supplement", "LATIN_1_SUPPLEMENT",
                "Latin 1 Supplement", "Kangxi Radicals", "CJK Symbols and Punctuation")) {
            patterns.add("\\p{In" + block + "}");
            patterns.add("\\p{block=" + block + "}");
        }
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            patterns.add("\\p{sc=" + script + "}");
        }
        return patterns;
    }

    static String describe(String flags, String pattern) {
        Matcher matcher;
        try {
            matcher = Pattern.compile((flags.isEmpty() ? "" : "(?" + flags + ")") + pattern).matcher("");
        } catch (PatternSyntaxException e) {
            return "E";
        }
        long hash = START;
        int count = 0;
        boolean inside = false;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            boolean matches = c <= Character.MAX_CODE_POINT && matcher.reset(Character.toString(c)).matches();
            count += matches ? 1 : 0;
            if (matches != inside) {
                hash = mix(hash, c);
                inside = matches;
            }
        }
        return count + "\t" + Long.toHexString(hash);
    }

    /** Hashes all pairs: alone, in a literal of two characters, in a class, in a range of one and of three. */
    static String cased(String flags) {
        TreeSet<Integer> cased = new TreeSet<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int upper = Character.toUpperCase(c);
            int lower = Character.toLowerCase(c);
            if (upper != c || lower != c || Character.toLowerCase(upper) != c) {
                cased.addAll(List.of(c, upper, lower, Character.toLowerCase(upper)));
            }
        }
        List<Integer> codes = new ArrayList<>(cased);
        long hash = START;
        for (int c : codes) {
            String one = String.format("\\x{%x}", c);
            String range = String.format("\\x{%x}-\\x{%x}", Math.max(0, c - 1), c + 1);
            Matcher[] matchers = {
                Pattern.compile("(?" + flags + ")" + one).matcher(""),
                Pattern.compile("(?" + flags + ")\\x{2}" + one).matcher(""),
                Pattern.compile("(?" + flags + ")[" + one + "]").matcher(""),
                Pattern.compile("(?" + flags + ")[" + one + "-" + one + "]").matcher(""),
                Pattern.compile("(?" + flags + ")[" + range + "]").matcher(""),
            };
            for (int other : codes) {
                for (int form = 0; form < matchers.length; form++) {
                    String value = (form == 1 ? "\u0002" : "") + Character.toString(other);
                    if (matchers[form].reset(value).matches()) {
                        hash = mix(mix(mix(hash, c), other), form);
                    }
                }
            }
        }
        return codes.size() + "\t" + Long.toHexString(hash);
    }

    /** Hashes the names of all characters. */
    static String names() {
        int count = 0;
        long hash = START;
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String name = Character.getName(c);
            if (name != null) {
                count++;
                hash = mix(hash, c);
                for (int i = 0; i < name.length(); i++) {
                    hash = mix(hash, name.charAt(i));
                }
            }
        }
        return count + "\t" + Long.toHexString(hash);
    }

    static final long START = 0xcbf29ce484222325L;

    static long mix(long hash, int value) {
        return (hash ^ value) * 0x100000001b3L;
    }
}
