import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
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
        write(folder, "blocks.rs", "The blocks of Java 17 (Unicode 13), as in `\\p{InGreek}` or `\\p{block=Greek}`.", Tables::blocks);
        write(folder, "controls.rs", "The names of control characters in Java 17.", Tables::controls);
        write(folder, "graphemes.rs", "How characters join in grapheme clusters in Java 17 (Unicode 13).", Tables::graphemes);
        write(folder, "scripts.rs", "The scripts of Java 17 (Unicode 13), as in `\\p{IsLatin}` or `\\p{sc=Latn}`.", Tables::scripts);
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

    /** Prints every block by its official name, from which Java derives other spellings. */
    static void blocks() {
        out.print("/// Name, first character, last character.\n");
        out.print("pub(in crate::filter) const BLOCKS: &[(&str, u32, u32)] = &[\n");
        Character.UnicodeBlock current = null;
        int first = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            Character.UnicodeBlock block = c > Character.MAX_CODE_POINT ? null : Character.UnicodeBlock.of(c);
            if (block != current) {
                if (current != null) {
                    int last = c - 1;
                    out.printf("    (\"%s\", 0x%02X_%04X, 0x%02X_%04X),\n", officialName(current),
                            first >> 16, first & 0xFFFF, last >> 16, last & 0xFFFF);
                }
                current = block;
                first = c;
            }
        }
        out.print("];\n");
    }

    /** Returns the name of a block with blanks and hyphens, found by trying all combinations. */
    static String officialName(Character.UnicodeBlock block) {
        String[] words = block.toString().split("_");
        for (int hyphens = 0; hyphens < 1 << (words.length - 1); hyphens++) {
            StringBuilder name = new StringBuilder(words[0]);
            for (int i = 1; i < words.length; i++) {
                name.append((hyphens >> (words.length - 1 - i) & 1) == 1 ? '-' : ' ').append(words[i]);
            }
            try {
                if (Character.UnicodeBlock.forName(name.toString()) == block) {
                    return name.toString();
                }
            } catch (IllegalArgumentException e) {
                // Try the next combination.
            }
        }
        throw new IllegalStateException(block.toString());
    }

    /** Prints the names and codes of all scripts, sorted. */
    static void scripts() {
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
        out.print("/// Names and codes, sorted.\n#[rustfmt::skip]\npub(in crate::filter) const SCRIPTS: &[&str] = &[\n");
        StringBuilder line = new StringBuilder("   ");
        for (String name : names) {
            if (line.length() + name.length() + 4 > 100) {
                out.print(line + "\n");
                line = new StringBuilder("   ");
            }
            line.append(" \"").append(name).append("\",");
        }
        out.print(line + "\n];\n");
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
                /// How a character joins its neighbors.
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
        out.print("use GraphemeClass::{\n    CarriageReturn, Control, Extend, HangulL, HangulLv, HangulT, HangulV, Joiner, LineFeed, Pictograph,\n    Prepend, RegionalIndicator,\n};\n\n");
        out.print("/// First character, last character, class.\n#[rustfmt::skip]\n"
                + "pub(in crate::filter) const GRAPHEMES: &[(u32, u32, GraphemeClass)] = &[\n");
        StringBuilder line = new StringBuilder("   ");
        String current = "";
        int first = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            String kind = c > Character.MAX_CODE_POINT ? "" : graphemeClass(c);
            if (!kind.equals(current)) {
                if (!current.isEmpty()) {
                    String range = " (" + hex(first) + ", " + hex(c - 1) + ", " + current + "),";
                    if (line.length() + range.length() > 100) {
                        out.print(line + "\n");
                        line = new StringBuilder("   ");
                    }
                    line.append(range);
                }
                current = kind;
                first = c;
            }
        }
        out.print(line + "\n];\n");
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
            return "HangulLv";
        } else if (joins(0x1161, c)) {
            return joins(c, 0x1161) ? "HangulV" : "HangulT";
        }
        return "";
    }
}
