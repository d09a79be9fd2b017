package org.tornadogpt.bench.scaling;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tornadogpt.trainer.cli.Main;

/** Runs {@code tgpt} in JVMs like this one. When this one ends they are asked to stop, and save. */
final class TgptProcess {
    private static final List<String> NOT_PASSED_ON = List.of("-XX:ArchiveClassesAtExit", "-agentlib:");

    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    TgptProcess() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Process::destroy)));
    }

    /**
     * Runs it to its end.
     *
     * @param log what it prints goes there, after what there is
     * @return its exit code
     */
    int run(List<String> arguments, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> NOT_PASSED_ON.stream().noneMatch(option::startsWith))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        running.add(process);
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            throw e;
        } finally {
            running.remove(process);
        }
    }
}
