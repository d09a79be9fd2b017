package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt kernels new}. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description = "Writes a source file with a kernel variant that compiles and is right, to be changed.",
        footer = {"", "  tgpt kernels new attention mine", "  tgpt kernels check Mine.java"})
final class NewCommand implements Callable<Integer> {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*");

    private final Io io;

    @Parameters(index = "0", paramLabel = "OP", description = "The operation: attention or matmul.")
    private String operation;

    @Parameters(index = "1", paramLabel = "NAME", description = "The variant's name: small letters and digits.")
    private String name;

    @Option(names = "--in", paramLabel = "DIR", description = "Folder to write to [.].")
    private Path folder = Path.of("");

    NewCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new UsageException("a variant's name is small letters and digits, got '" + name + "'");
        }
        String type = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        Path file = folder.resolve(type + ".java");
        if (Files.exists(file)) {
            throw new UsageException(file + " exists: choose another name, or remove it");
        }
        String text = Skeletons.of(operation).replace("NAME", name).replace("TYPE", type);
        Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        io.out().println(file);
        io.out().println("next: tgpt kernels check " + file + ", then tgpt kernels try " + file);
        return ExitCode.OK;
    }
}
