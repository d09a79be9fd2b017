package org.tornadogpt.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Packages named {@code internal} are for the module that they belong to; this module sees all of them. */
class InternalPackagesTest {
    private static final String ROOT = "org.tornadogpt.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.tornadogpt");

    @Test
    void areUsedInTheirModuleOnly() {
        Set<String> modules = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.endsWith(".internal"))
                .map(name -> ROOT + name.substring(ROOT.length()).split("\\.", 2)[0])
                .collect(Collectors.toSet());
        assertThat(modules).contains("org.tornadogpt.model");
        for (String module : modules) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(module + "..internal..")
                    .check(CLASSES);
        }
    }
}
