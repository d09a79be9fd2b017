package org.tornadogpt.kernels;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

/** The module rule as far as this module goes: kernels know nothing of GPT, and the Vector API stays where it says so. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.tornadogpt");

    @Test
    void seesTheModule() {
        assertThat(CLASSES.size()).isGreaterThan(40);
        assertThat(CLASSES.contain(Recording.class)).isTrue();
    }

    @Test
    void kernelsKnowNeitherModelNorTrainer() {
        noClasses()
                .that()
                .resideInAPackage("org.tornadogpt.kernels..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.tornadogpt.model..", "org.tornadogpt.trainer..", "org.tornadogpt.bench..")
                .check(CLASSES);
    }

    @Test
    void theVectorApiIsUsedInClassesNamedAfterItOnly() {
        noClasses()
                .that()
                .haveNameNotMatching(".*Vector[A-Za-z]*(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void operationsDoNotDependOnDevices() {
        noClasses()
                .that()
                .implement(Variant.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tornadogpt.kernels.jvm..")
                .check(CLASSES);
    }

    @Test
    void operationsDoNotDependOnEachOthersVariants() {
        SlicesRuleDefinition.slices()
                .matching("org.tornadogpt.kernels.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }
}
