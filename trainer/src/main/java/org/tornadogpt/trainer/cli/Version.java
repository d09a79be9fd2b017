package org.tornadogpt.trainer.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    /** The version of the jar, or a word for a build that has none. */
    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "tornado-gpt " + (version == null ? "(built from source)" : version);
    }

    static String jvm() {
        return System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
    }

    @Override
    public String[] getVersion() {
        return new String[] {text(), jvm()};
    }
}
