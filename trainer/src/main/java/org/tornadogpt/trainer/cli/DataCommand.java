package org.tornadogpt.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.CorpusSource;
import org.tornadogpt.trainer.data.Fetcher;
import org.tornadogpt.trainer.data.PublicCorpora;
import org.tornadogpt.trainer.data.PublicCorpora.PublicCorpus;
import org.tornadogpt.trainer.settings.Suggestions;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt data}. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists texts to train on, fetches public ones, packs texts as tokens, and tells figures of them.",
        synopsisSubcommandLabel = "(list | fetch NAME | pack | stats WHAT)")
final class DataCommand implements Callable<Integer> {
    private static final String READY = "ready";

    private final Io io;

    DataCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        return list();
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Lists the names that --data knows besides files, folders, globs and zips.")
    int list() {
        Path sources = Path.of(System.getProperty("java.home"), "lib", "src.zip");
        Table table = new Table("lbb")
                .row(
                        CorpusReader.JDK,
                        "java.util from the sources of the running JDK",
                        Files.exists(sources) ? READY : "not there: this JDK has no lib/src.zip")
                .row(CorpusReader.QUOTE, "one sentence: \"" + CorpusReader.SENTENCE + "\"", READY);
        for (PublicCorpus corpus : PublicCorpora.all()) {
            boolean fetched = Files.exists(PublicCorpora.defaultFolder().resolve(corpus.fileName()));
            table.row(corpus.name(), corpus.about(), fetched ? READY : "tgpt data fetch " + corpus.name());
        }
        table.print(io);
        io.say("what was fetched is in " + PublicCorpora.defaultFolder());
        return ExitCode.OK;
    }

    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Downloads a public corpus, after which --data NAME finds it.")
    int fetch(
            @Parameters(paramLabel = "NAME", description = "See 'tgpt data list'.") String name,
            @Option(
                            names = "--to",
                            paramLabel = "DIR",
                            description = "Folder to put it in; --data then needs the file's path.")
                    Path folder,
            @Option(
                            names = "--from",
                            paramLabel = "DIR|URL",
                            description = "A mirror: a folder or an address that has the file under its usual name.")
                    String from)
            throws InterruptedException {
        PublicCorpus corpus = PublicCorpora.find(name)
                .orElseThrow(() -> new UsageException("unknown corpus '" + name + "'; "
                        + Suggestions.forUnknown(
                                name,
                                PublicCorpora.all().stream()
                                        .map(PublicCorpus::name)
                                        .toList())));
        CorpusSource source = from == null ? CorpusSource.published(corpus) : CorpusSource.mirror(corpus, from);
        io.out().println("fetching " + source);
        io.out().flush();
        Path into = folder == null ? PublicCorpora.defaultFolder() : folder;
        Fetcher.Fetched fetched = Fetcher.fetch(corpus, source, into);
        io.out()
                .printf(
                        Locale.ROOT,
                        "%s: %,d bytes%s%n",
                        fetched.file(),
                        fetched.bytes(),
                        fetched.there() ? ", there already" : "");
        io.out().println("SHA-256 " + fetched.sha256() + verdict(fetched));
        io.out().println("train on it: tgpt train --data " + (folder == null ? corpus.name() : fetched.file()));
        return ExitCode.OK;
    }

    private String verdict(Fetcher.Fetched fetched) {
        return switch (fetched.verdict()) {
            case KNOWN -> ", as expected";
            case RECORDED -> ", as when it came first";
            case FIRST ->
                io.screen().out().colours().warning(": NOT VERIFIED, none is known") + "; recorded in "
                        + fetched.record() + " for the next time";
        };
    }
}
