import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Says what java.util.regex answers: {@code java Oracle.java < cases.txt > verdicts.txt}.
 *
 * <p>A case is a line of fields separated by tabs: a mode, a pattern, values. Characters outside ASCII, controls and % are
 * written %{HEX}. The mode is m (Pattern.matches) or f (Matcher.find), with an i for CASE_INSENSITIVE and UNICODE_CASE.
 *
 * <p>The answer is a line too: E where the pattern is refused, else one word for each value: 1 or 0 for m; START-END in code
 * points, or 0, for f, or h where Java finds half a character; ! where the match fails with an exception; ? where it takes too long or too much stack.
 */
public class Oracle {
    /** So many characters may be looked at before a match counts as endless. */
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
                out.print(answer(line.split("\t", -1)));
                out.print('\n');
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        out.flush();
    }

    static String answer(String[] fields) {
        boolean find = fields[0].indexOf('f') >= 0;
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
        StringBuilder answer = new StringBuilder();
        for (int i = 2; i < fields.length; i++) {
            answer.append(i == 2 ? "" : " ").append(verdict(pattern, unescape(fields[i]), find));
        }
        return answer.toString();
    }

    static String verdict(Pattern pattern, String value, boolean find) {
        Matcher matcher = pattern.matcher(new Counted(value));
        try {
            if (!find) {
                return matcher.matches() ? "1" : "0";
            }
            if (!matcher.find()) {
                return "0";
            }
            if (isHalf(value, matcher.start()) || isHalf(value, matcher.end())) {
                return "h";
            }
            int start = value.codePointCount(0, matcher.start());
            return start + "-" + value.codePointCount(0, matcher.end());
        } catch (TooLong | StackOverflowError e) {
            return "?";
        } catch (RuntimeException e) {
            return "!";
        }
    }

    /** Whether a place lies within a surrogate pair. */
    static boolean isHalf(String value, int at) {
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

    static final class TooLong extends RuntimeException {
        TooLong() {
            super(null, null, false, false);
        }
    }

    /** A text that can be read only so often. */
    static final class Counted implements CharSequence {
        final String text;
        int reads;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++reads > LIMIT) {
                throw new TooLong();
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
