import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the Unicode tables of Java 17 into a folder:
 * {@code java tests/data/java_regex/Tables.java src/filter/generated}.
 */
public class Tables {
    static PrintStream out;

    public static void main(String[] args) throws IOException {
        if (Runtime.version().feature() != 17) {
            System.err.println("Java 17 is needed; this is " + Runtime.version());
            System.exit(1);
        }
        Path folder = Path.of(args[0]);
        write(folder, "case.rs", "Upper and lower case of single characters in Java 17 (Unicode 13).", () -> {
            out.print("/// First character, last character, step, and distance to the counterpart.\n");
            out.print("type Run = (u32, u32, u32, i32);\n\n");
            cases("Characters that differ from their upper case.", "TO_UPPER", Character::toUpperCase);
            out.print("\n");
            cases("Characters that differ from their lower case.", "TO_LOWER", Character::toLowerCase);
        });
        write(folder, "graphemes.rs", "The classes by which characters join in grapheme clusters in Java 17 (Unicode 13).", Tables::graphemes);
        write(folder, "names.rs", "The names of characters in Java 17 (Unicode 13) that other versions of Unicode name otherwise.", () -> {
            controls();
            out.print("\n");
            numbered();
        });
        write(folder, "properties.rs", "The character properties, scripts and blocks of Java 17 (Unicode 13).", Tables::properties);
    }

    /** Writes one file: its head, then its tables. */
    static void write(Path folder, String name, String title, Runnable tables) throws IOException {
        out = new PrintStream(folder.resolve(name).toFile(), StandardCharsets.UTF_8);
        out.print("//! " + title + "\n");
        out.print("//!\n");
        out.print("//! Generated, don't edit: `java tests/data/java_regex/Tables.java src/filter/generated`\n\n");
        tables.run();
        out.close();
        if (out.checkError()) {
            throw new IOException("can't write " + name);
        }
    }

    /** Prints runs of characters that have the same distance to their counterparts. */
    static void cases(String comment, String name, IntUnaryOperator map) {
        out.print("/// " + comment + "\npub(in crate::filter) const " + name + ": &[Run] = &[\n");
        List<int[]> runs = new ArrayList<>();
        int[] run = null;
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int distance = map.applyAsInt(c) - c;
            if (distance == 0) {
                continue;
            }
            boolean fits = run != null && run[3] == distance
                    && (run[2] == 0 ? c - run[1] <= 2 : c - run[1] == run[2]);
            if (fits) {
                run[2] = c - run[1];
                run[1] = c;
            } else {
                run = new int[] {c, c, 0, distance};
                runs.add(run);
            }
        }
        for (int[] r : runs) {
            out.printf("    (0x%04X, 0x%04X, %d, %d),\n", r[0], r[1], Math.max(1, r[2]), r[3]);
        }
        out.print("];\n");
    }

    /** Prints the characters that Java names by their block and number. */
    static void numbered() {
        out.print("/// First character, last character, and the start of their names, which end with the code point in hexadecimal.\n#[rustfmt::skip]\n");
        out.print("pub(in crate::filter) const NUMBERED: &[(u32, u32, &str)] = &[\n");
        String current = null;
        int first = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            String name = c > Character.MAX_CODE_POINT ? null : Character.getName(c);
            String number = " " + Integer.toHexString(c).toUpperCase();
            String block = name != null && name.endsWith(number) ? name.substring(0, name.length() - number.length()) : null;
            if (!Objects.equals(block, current)) {
                if (current != null) {
                    out.printf("    (%s, %s, \"%s\"),\n", hex(first), hex(c - 1), current);
                }
                current = block;
                first = c;
            }
        }
        out.print("];\n");
    }

    /** Returns all names of blocks in upper case: those of the constants, and with blanks, hyphens or neither. */
    static TreeSet<String> blockNames() {
        TreeSet<String> names = new TreeSet<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            Character.UnicodeBlock block = Character.UnicodeBlock.of(c);
            if (block == null || !names.add(block.toString())) {
                continue;
            }
            for (String base : List.of(block.toString(), OTHER_NAMES.getOrDefault(block.toString(), ""))) {
                String[] words = base.split("_");
                for (int separators = 0; separators < 1 << 2 * (words.length - 1); separators++) {
                    StringBuilder name = new StringBuilder(words[0]);
                    for (int i = 1; i < words.length; i++) {
                        name.append(List.of("", " ", "-", "_").get(separators >> 2 * (i - 1) & 3)).append(words[i]);
                    }
                    try {
                        if (Character.UnicodeBlock.forName(name.toString()) == block) {
                            names.add(name.toString());
                        }
                    } catch (IllegalArgumentException e) {
                        // There is no such block.
                    }
                }
            }
        }
        return names;
    }

    /** Blocks whose constants have another name. */
    static final Map<String, String> OTHER_NAMES = Map.of(
            "GREEK", "GREEK_AND_COPTIC",
            "CYRILLIC_SUPPLEMENTARY", "CYRILLIC_SUPPLEMENT",
            "COMBINING_MARKS_FOR_SYMBOLS", "COMBINING_DIACRITICAL_MARKS_FOR_SYMBOLS");

    /** All code points. Low surrogates come before high ones, so that none form a pair. */
    static final String ALL = all();

    static String all() {
        StringBuilder all = new StringBuilder();
        int[][] ranges = {{0, 0xD7FF}, {0xDC00, 0xDFFF}, {0xD800, 0xDBFF}, {0xE000, Character.MAX_CODE_POINT}};
        for (int[] range : ranges) {
            for (int c = range[0]; c <= range[1]; c++) {
                all.appendCodePoint(c);
            }
        }
        return all.toString();
    }

    /** The different sets, each with its index. */
    static final Map<BitSet, Integer> SETS = new LinkedHashMap<>();

    /** Returns the index of the set of characters that a pattern matches. */
    static int set(String pattern) {
        BitSet set = new BitSet();
        Matcher matcher = Pattern.compile(pattern + "+").matcher(ALL);
        while (matcher.find()) {
            matcher.group().codePoints().forEach(set::set);
        }
        SETS.putIfAbsent(set, SETS.size());
        return SETS.get(set);
    }

    static final String POSIX = "Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space Upper XDigit";

    static void properties() {
        out.print("/// Names, sorted, each with the indices of its set and of its set under `(?i)`.\n");
        out.print("pub(in crate::filter) type Names = &'static [(&'static str, usize, usize)];\n");
        names("General categories, ASCII classes, and properties of `java.lang.Character`, as in `\\p{Lu}`.", "GENERAL", "", split(""
                + "C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs "
                + "L1 LC LD all ASCII " + POSIX
                + " javaAlphabetic javaDefined javaDigit javaISOControl javaIdentifierIgnorable javaIdeographic"
                + " javaJavaIdentifierPart javaJavaIdentifierStart javaLetter javaLetterOrDigit javaLowerCase javaMirrored"
                + " javaSpaceChar javaTitleCase javaUnicodeIdentifierPart javaUnicodeIdentifierStart javaUpperCase"
                + " javaWhitespace"), name -> name);
        names("Binary properties in upper case, as in `\\p{IsAlphabetic}`.", "BINARY", "Is", split(""
                + "ALPHABETIC ASSIGNED CONTROL HEXDIGIT HEX_DIGIT IDEOGRAPHIC JOINCONTROL JOIN_CONTROL LETTER LOWERCASE"
                + " NONCHARACTERCODEPOINT NONCHARACTER_CODE_POINT PUNCTUATION TITLECASE UPPERCASE WHITESPACE WHITE_SPACE"
                + " WORD " + POSIX.toUpperCase()), name -> "Is" + name);
        names("Scripts in upper case, as in `\\p{sc=Latin}`.", "SCRIPTS", "sc=", scripts(), Character.UnicodeScript::forName);
        names("Blocks in upper case, as in `\\p{InGreek}`.", "BLOCKS", "In", blockNames(), Character.UnicodeBlock::forName);
        out.print("\n/// The ranges of each set.\n#[rustfmt::skip]\npub(in crate::filter) const SETS: &[&[(u32, u32)]] = &[\n");
        SETS.keySet().forEach(Tables::ranges);
        out.print("];\n");
    }

    static TreeSet<String> split(String names) {
        return new TreeSet<>(List.of(names.split(" ")));
    }

    /** The numbers of sets by what they are the set of. */
    static final Map<Object, Integer> SET_NUMBERS = new HashMap<>();

    /** Prints a table of names; names with the same meaning have the same set. */
    static void names(String comment, String table, String prefix, TreeSet<String> names, Function<String, Object> meaning) {
        out.print("\n/// " + comment + "\n#[rustfmt::skip]\npub(in crate::filter) const " + table + ": Names = &[\n");
        List<String> rows = new ArrayList<>();
        for (String name : names) {
            String pattern = "\\p{" + prefix + name + "}";
            int set = SET_NUMBERS.computeIfAbsent(meaning.apply(name), same -> set(pattern));
            // No script or block depends on case.
            int ignoringCase = prefix.equals("sc=") || prefix.equals("In") ? set : set("(?i)" + pattern);
            rows.add("(\"" + name + "\", " + set + ", " + ignoringCase + "),");
        }
        lines("    ", rows);
        out.print("];\n");
    }

    static void ranges(BitSet set) {
        List<String> ranges = new ArrayList<>();
        for (int first = set.nextSetBit(0); first >= 0;) {
            int after = set.nextClearBit(first);
            ranges.add("(" + hex(first) + ", " + hex(after - 1) + "),");
            first = set.nextSetBit(after);
        }
        out.print("    &[\n");
        lines("        ", ranges);
        out.print("    ],\n");
    }

    /** Prints items in lines of at most 100 characters. */
    static void lines(String indent, List<String> items) {
        StringBuilder line = new StringBuilder();
        for (String item : items) {
            if (line.length() + 1 + item.length() > 100) {
                out.print(line + "\n");
                line.setLength(0);
            }
            line.append(line.length() == 0 ? indent : " ").append(item);
        }
        out.print(line.length() == 0 ? "" : line + "\n");
    }

    /** Returns the names and codes of all scripts. */
    static TreeSet<String> scripts() {
        TreeSet<String> names = new TreeSet<>();
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            names.add(script.toString());
        }
        char[] code = new char[4];
        for (int i = 0; i < 26 * 26 * 26 * 26; i++) {
            for (int k = 3, rest = i; k >= 0; k--, rest /= 26) {
                code[k] = (char) ('A' + rest % 26);
            }
            try {
                Character.UnicodeScript.forName(new String(code));
                names.add(new String(code));
            } catch (IllegalArgumentException e) {
                // There is no such script.
            }
        }
        return names;
    }

    /** Prints the names of control characters. */
    static void controls() {
        out.print("/// Code points and names.\n#[rustfmt::skip]\npub(in crate::filter) const CONTROLS: &[(u32, &str)] = &[\n");
        for (int c = 0; c <= 0xFF; c++) {
            if (Character.isISOControl(c)) {
                out.printf("    (0x%02X, \"%s\"),\n", c, Character.getName(c));
            }
        }
        out.print("];\n");
    }

    /** Prints the classes of all characters that don't stay apart from others, as \X shows them. */
    static void graphemes() {
        out.print("""
                /// The class of a character, which determines the neighbors that it joins.
                #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
                pub(in crate::filter) enum GraphemeClass {
                    #[default]
                    Other,
                    CarriageReturn,
                    LineFeed,
                    Control,
                    /// Joins the character before it. Java doesn't distinguish spacing marks.
                    Extend,
                    Joiner,
                    RegionalIndicator,
                    /// Joins the character after it.
                    Prepend,
                    /// Leading consonants of Hangul syllables.
                    HangulL,
                    HangulV,
                    HangulT,
                    /// Hangul syllables without a trailing consonant.
                    HangulLv,
                    HangulLvt,
                    Pictograph,
                }

                """);
        out.print("use GraphemeClass::{\n    CarriageReturn, Control, Extend, HangulL, HangulLv, HangulLvt, HangulT, HangulV, Joiner, LineFeed,\n    Pictograph, Prepend, RegionalIndicator,\n};\n\n");
        out.print("/// First character, last character, class.\n#[rustfmt::skip]\n"
                + "pub(in crate::filter) const GRAPHEMES: &[(u32, u32, GraphemeClass)] = &[\n");
        List<String> ranges = new ArrayList<>();
        String current = "";
        int first = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            String kind = c > Character.MAX_CODE_POINT ? "" : graphemeClass(c);
            if (!kind.equals(current)) {
                if (!current.isEmpty()) {
                    ranges.add("(" + hex(first) + ", " + hex(c - 1) + ", " + current + "),");
                }
                current = kind;
                first = c;
            }
        }
        lines("    ", ranges);
        out.print("];\n");
    }

    static String hex(int c) {
        return c > 0xFFFFF ? String.format("0x%02X_%04X", c >> 16, c & 0xFFFF) : String.format("0x%X", c);
    }

    static final Pattern CLUSTER = Pattern.compile("\\X");

    /** Returns true if characters are one grapheme cluster. */
    static boolean joins(int... codePoints) {
        return CLUSTER.matcher(new String(codePoints, 0, codePoints.length)).matches();
    }

    static String graphemeClass(int c) {
        if (joins('\r', c)) {
            return "LineFeed";
        } else if (joins(c, '\n')) {
            return "CarriageReturn";
        } else if (!joins(c, 0x301)) {
            return "Control";
        } else if (joins('a', c)) {
            return joins(0x1F467, c, 0x1F467) ? "Joiner" : "Extend";
        } else if (joins(c, 'a')) {
            return "Prepend";
        } else if (joins(0x1F467, 0x200D, c)) {
            return "Pictograph";
        } else if (joins(0x1F1EB, c)) {
            return "RegionalIndicator";
        } else if (joins(c, 0x1100)) {
            return "HangulL";
        } else if (c >= 0xAC00 && c <= 0xD7A3) {
            return joins(c, 0x1161) ? "HangulLv" : "HangulLvt";
        } else if (joins(0x1161, c)) {
            return joins(c, 0x1161) ? "HangulV" : "HangulT";
        }
        return "";
    }
}
