package org.tornadogpt.trainer.foreign;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * What of a command line is for the JVM that runs users' kernels, and what is for the command in it.
 *
 * @param files source files and jars
 * @param limit after which that JVM is ended
 * @param memory of its heap, and as much outside it; such as {@code 4g}
 * @param tuned the shape for which source files get the values that were best on the device
 * @param rest the command's arguments
 */
record ChildOptions(
        List<String> files,
        Optional<Duration> limit,
        Optional<String> memory,
        Optional<String> tuned,
        List<String> rest) {
    static final String KERNELS = "--kernels";
    private static final String LIMIT = "--limit";
    private static final String MEMORY = "--memory";
    private static final String TUNED = "--tuned";

    /** Subcommands of {@code kernels} whose argument may be a file. */
    private static final Set<String> TAKE_FILES = Set.of("check", "race", "try");

    /** For these a kernel that never ends must not wait for ever; training may take days. */
    private static final Duration USUAL_LIMIT = Duration.ofMinutes(15);

    private static final Pattern DURATION = Pattern.compile("(\\d+)(s|m|h)");
    private static final Pattern SIZE = Pattern.compile("\\d+[mMgG]");

    /** Empty if the command line names no file with kernels: nothing of it is then looked at. */
    static Optional<ChildOptions> of(String... args) {
        boolean takesFiles = args.length > 1 && args[0].equals("kernels") && TAKE_FILES.contains(args[1]);
        List<String> files = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        Duration limit = takesFiles ? USUAL_LIMIT : null;
        String memory = null;
        String tuned = null;
        for (int i = 0; i < args.length; i++) {
            String name = args[i].replaceFirst("=.*", "");
            switch (name) {
                case KERNELS, LIMIT, MEMORY, TUNED -> {
                    boolean joined = args[i].contains("=");
                    if (!joined && i + 1 == args.length) {
                        throw new UsageException(name + " needs a value");
                    }
                    String value = joined ? args[i].substring(name.length() + 1) : args[++i];
                    switch (name) {
                        case KERNELS -> files.add(value);
                        case LIMIT -> limit = duration(value);
                        case TUNED -> tuned = value;
                        default -> memory = size(value);
                    }
                }
                default -> {
                    if (takesFiles && KernelFile.isOne(args[i]) && !files.contains(args[i])) {
                        files.add(args[i]);
                    }
                    rest.add(args[i]);
                }
            }
        }
        return files.isEmpty()
                ? Optional.empty()
                : Optional.of(new ChildOptions(
                        files,
                        Optional.ofNullable(limit),
                        Optional.ofNullable(memory),
                        Optional.ofNullable(tuned),
                        rest));
    }

    /** The value of an option of the command's own. */
    String ofCommand(String option, String otherwise) {
        String value = otherwise;
        for (int i = 0; i < rest.size(); i++) {
            if (rest.get(i).startsWith(option + "=")) {
                value = rest.get(i).substring(option.length() + 1);
            } else if (rest.get(i).equals(option) && i + 1 < rest.size()) {
                value = rest.get(i + 1);
            }
        }
        return value;
    }

    static Duration duration(String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            throw new UsageException(LIMIT + " wants seconds, minutes or hours such as 60s, 10m, 2h, got " + text);
        }
        long count = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    static String size(String text) {
        if (!SIZE.matcher(text).matches()) {
            throw new UsageException(MEMORY + " wants a size such as 512m or 4g, got " + text);
        }
        return text;
    }

    /** Refuses files that are not there. */
    void check() {
        for (String file : files) {
            if (!KernelFile.isOne(file)) {
                throw new UsageException("kernels come from a .java or a .jar file, got " + file);
            }
            if (!Files.isReadable(Path.of(file))) {
                throw new UsageException("no file " + file + " that can be read");
            }
        }
    }
}
