import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Prints the verdicts of java.util.regex: {@code java Oracle.java < cases.txt > verdicts.txt}.
 *
 * <p>A case is a line of tab-separated fields: a mode, a pattern, values. Control characters, characters outside ASCII and %
 * are written as %{HEX}. The mode is m (Pattern.matches) or f (Matcher.find), followed by i for CASE_INSENSITIVE and
 * UNICODE_CASE and by g for the groups.
 *
 * <p>The verdict is a line, too: E if the pattern is rejected, otherwise one word per value. For m it is 1 or 0; for f it is
 * START-END in code points, 0 without a match, or h if the match is half of a surrogate pair. It is ! if matching throws an
 * exception, and ? if it exceeds the limit of reads or the stack. The groups
 * follow a match as ;START-END, or ;- for a group that has not taken part, or ;h for half of a surrogate pair.
 */
public class Oracle {
    /** Maximum number of characters that a match may read. */
    static final int LIMIT = 100_000;

    public static void main(String[] args) throws Exception {
        Thread thread = new Thread(null, Oracle::run, "oracle", 256L << 20);
        thread.start();
        thread.join();
    }

    static void run() {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("!flush")) {
                    out.flush();
                    continue;
                }
                out.print(verdicts(line.split("\t", -1)));
                out.print('\n');
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        out.flush();
    }

    static String verdicts(String[] fields) {
        boolean find = fields[0].indexOf('f') >= 0;
        boolean groups = fields[0].indexOf('g') >= 0;
        int flags = fields[0].indexOf('i') >= 0 ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
        Pattern pattern;
        try {
            pattern = Pattern.compile(unescape(fields[1]), flags);
        } catch (PatternSyntaxException e) {
            return "E";
        } catch (StackOverflowError e) {
            return "?";
        } catch (RuntimeException e) {
            return "E";
        }
        StringBuilder verdicts = new StringBuilder();
        for (int i = 2; i < fields.length; i++) {
            verdicts.append(i == 2 ? "" : " ").append(verdict(pattern, unescape(fields[i]), find, groups));
        }
        return verdicts.toString();
    }

    static String verdict(Pattern pattern, String value, boolean find, boolean groups) {
        Matcher matcher = pattern.matcher(new LimitedText(value));
        try {
            if (!find) {
                return matcher.matches() ? "1" + (groups ? groups(matcher, value) : "") : "0";
            }
            if (!matcher.find()) {
                return "0";
            }
            if (splitsPair(value, matcher.start()) || splitsPair(value, matcher.end())) {
                return "h";
            }
            return range(value, matcher.start(), matcher.end()) + (groups ? groups(matcher, value) : "");
        } catch (LimitExceeded | StackOverflowError e) {
            return "?";
        } catch (RuntimeException e) {
            return "!";
        }
    }

    static String groups(Matcher matcher, String value) {
        StringBuilder groups = new StringBuilder();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            int start = matcher.start(i);
            int end = matcher.end(i);
            boolean half = start >= 0 && (splitsPair(value, start) || splitsPair(value, end));
            groups.append(start < 0 ? ";-" : half ? ";h" : ";" + range(value, start, end));
        }
        return groups.toString();
    }

    static String range(String value, int start, int end) {
        return value.codePointCount(0, start) + "-" + value.codePointCount(0, end);
    }

    /** Returns true if a position is between the two halves of a surrogate pair. */
    static boolean splitsPair(String value, int at) {
        return at > 0 && at < value.length() && Character.isSurrogatePair(value.charAt(at - 1), value.charAt(at));
    }

    static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                int end = text.indexOf('}', i);
                plain.appendCodePoint(Integer.parseInt(text.substring(i + 2, end), 16));
                i = end;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    static final class LimitExceeded extends RuntimeException {
        LimitExceeded() {
            super(null, null, false, false);
        }
    }

    /** A text that throws after a limited number of reads. */
    static final class LimitedText implements CharSequence {
        final String text;
        int reads;

        LimitedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++reads > LIMIT) {
                throw new LimitExceeded();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
