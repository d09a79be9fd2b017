package org.tornadogpt.trainer.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This program, to be started once more with the JVM options that it has. */
final class OwnProgram {
    /** Files that this JVM alone writes or reads, and debuggers. */
    private static final List<String> NOT_PASSED_ON =
            List.of("-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-agentlib:");

    private OwnProgram() {}

    /** The command line for {@code tgpt} with these arguments. */
    static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> NOT_PASSED_ON.stream().noneMatch(option::startsWith))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        return command;
    }
}
