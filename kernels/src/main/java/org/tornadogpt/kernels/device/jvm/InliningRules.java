package org.tornadogpt.kernels.device.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What C2 must inline and what it must not, for JVMs that were not started by the launcher. The list is {@code
 * inlining.txt}, which the launcher reads, too. Without it the vector kernels allocate much of what they compute.
 */
final class InliningRules {
    /** Names the system property that leaves C2 alone when it is {@code false}. */
    static final String PROPERTY = "tornadogpt.inlining";

    private static final String LIST = "inlining.txt";
    private static final String OPTION = "-XX:CompileCommand=";
    private static final String ADDED = "compiler directives added";

    private InliningRules() {}

    /**
     * A rule.
     *
     * @param kind {@code inline} or {@code dontinline}
     * @param method class and method, either with {@code *} at its end
     */
    record Rule(String kind, String method) {
        static Rule of(String line) {
            String[] words = line.strip().split(" ", -1);
            if (words.length != 2 || !List.of("inline", "dontinline").contains(words[0])) {
                throw new IllegalStateException(LIST + ": '" + line + "' is no rule");
            }
            return new Rule(words[0], words[1]);
        }

        /** As the launcher passes it. */
        String option() {
            return OPTION + kind + ",*" + method;
        }

        /** As a compiler directive has it. */
        String directive() {
            return (kind.equals("inline") ? "+*" : "-*") + method.replace("::", ".");
        }
    }

    /** Once for a class loader: what was added twice would be looked through twice. */
    private static final class Once {
        static final boolean INSTALLED = installNow();
    }

    /** Hands the rules to C2, unless the JVM's options have them; returns whether C2 has them now. */
    static boolean install() {
        return Once.INSTALLED;
    }

    static List<Rule> all() {
        try (InputStream in = InliningRules.class.getResourceAsStream(LIST)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Rule::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file that {@code jcmd Compiler.directives_add} takes. */
    static String directives(List<Rule> rules) {
        return rules.stream()
                .map(rule -> '"' + rule.directive() + '"')
                .collect(Collectors.joining(", ", "[{match: \"*.*\", inline: [", "]}]\n"));
    }

    private static boolean installNow() {
        List<Rule> rules = all();
        if (areOptions(rules)) {
            return true;
        }
        if (System.getProperty(PROPERTY, "true").equals("false")) {
            return false;
        }
        try {
            String said = add(directives(rules));
            if (said.contains(ADDED)) {
                return true;
            }
            warn(said.strip());
        } catch (IOException | JMException | RuntimeException e) {
            warn(e.toString());
        }
        return false;
    }

    private static boolean areOptions(List<Rule> rules) {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return rules.stream().map(Rule::option).allMatch(options::contains);
    }

    private static String add(String directives) throws IOException, JMException {
        Path file = Files.createTempFile("tornado-gpt-inlining", ".json");
        try {
            Files.writeString(file, directives);
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "compilerDirectivesAdd",
                            new Object[] {new String[] {file.toString()}},
                            new String[] {String[].class.getName()});
        } finally {
            Files.delete(file);
        }
    }

    /** Kernels are then right, and slower. */
    private static void warn(String why) {
        System.getLogger(InliningRules.class.getName())
                .log(Level.WARNING, "C2 could not be told what to inline, training is slower: {0}", why);
    }
}
