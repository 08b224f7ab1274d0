import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Prints the tables of src/filter that follow Java 17: {@code java Tables.java case | blocks | scripts}.
 * It goes into the file of that name, below its head.
 */
public class Tables {
    public static void main(String[] args) {
        switch (args[0]) {
            case "case" -> {
                cases("Upper case of single characters.", "TO_UPPER", Character::toUpperCase);
                System.out.println();
                cases("Lower case of single characters.", "TO_LOWER", Character::toLowerCase);
            }
            case "blocks" -> blocks();
            default -> scripts();
        }
    }

    /** Runs of characters whose other case is equally far away: first, last, step, distance. */
    static void cases(String head, String name, IntUnaryOperator map) {
        System.out.println("/// " + head + "\npub(super) const " + name + ": &[Run] = &[");
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
            System.out.printf("    (0x%04X, 0x%04X, %d, %d),%n", r[0], r[1], Math.max(1, r[2]), r[3]);
        }
        System.out.println("];");
    }

    /** Every block by the name from which Java derives its other spellings. */
    static void blocks() {
        System.out.println("/// Name, first, last.\npub(super) const BLOCKS: &[(&str, u32, u32)] = &[");
        Character.UnicodeBlock current = null;
        int first = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            Character.UnicodeBlock block = c > Character.MAX_CODE_POINT ? null : Character.UnicodeBlock.of(c);
            if (block != current) {
                if (current != null) {
                    int last = c - 1;
                    System.out.printf("    (\"%s\", 0x%02X_%04X, 0x%02X_%04X),%n", spelled(current),
                            first >> 16, first & 0xFFFF, last >> 16, last & 0xFFFF);
                }
                current = block;
                first = c;
            }
        }
        System.out.println("];");
    }

    /** A block's name with blanks and hyphens, found by asking for each combination. */
    static String spelled(Character.UnicodeBlock block) {
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
                // The next one, then.
            }
        }
        throw new IllegalStateException(block.toString());
    }

    /** Every name and code of a script. */
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
                // No such script.
            }
        }
        System.out.println("/// Names and codes, in order.\n#[rustfmt::skip]\npub(super) const SCRIPTS: &[&str] = &[");
        StringBuilder line = new StringBuilder("   ");
        for (String name : names) {
            if (line.length() + name.length() + 4 > 100) {
                System.out.println(line);
                line = new StringBuilder("   ");
            }
            line.append(" \"").append(name).append("\",");
        }
        System.out.println(line + "\n];");
    }
}
