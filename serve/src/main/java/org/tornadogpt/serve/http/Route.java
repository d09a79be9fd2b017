package org.tornadogpt.serve.http;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What answers a method at a path.
 *
 * @param path segments; one in braces is a variable, a plain name
 * @param open whether it is answered without a key
 */
public record Route(String method, String path, boolean open, Handler handler) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Answers. */
    @FunctionalInterface
    public interface Handler {
        /** Runs on a virtual thread of its own. */
        void handle(Exchange exchange) throws ApiException, IOException, InterruptedException;
    }

    /** One that needs a key, where the server has one. */
    public static Route of(String method, String path, Handler handler) {
        return new Route(method, path, false, handler);
    }

    /** One that does not. */
    public static Route open(String method, String path, Handler handler) {
        return new Route(method, path, true, handler);
    }

    /** The values of the variables, if the path is this one. */
    Optional<Map<String, String>> match(String asked) {
        String[] mine = path.split("/", -1);
        String[] theirs = asked.split("/", -1);
        if (mine.length != theirs.length) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < mine.length; i++) {
            if (mine[i].startsWith("{")) {
                if (!NAME.matcher(theirs[i]).matches()) {
                    return Optional.empty();
                }
                variables.put(mine[i].substring(1, mine[i].length() - 1), theirs[i]);
            } else if (!mine[i].equals(theirs[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
