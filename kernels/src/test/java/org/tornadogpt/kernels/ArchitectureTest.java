package org.tornadogpt.kernels;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.graph.Recorder;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The module rule as far as this module goes: kernels know nothing of GPT, and the Vector API stays where it says so.
 */
class ArchitectureTest {
    private static final Path INLINING = Path.of("src/main/resources/org/tornadogpt/kernels/device/jvm/inlining.txt");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.tornadogpt");

    @Test
    void seesTheModule() {
        assertThat(CLASSES.size()).isGreaterThan(40);
        assertThat(CLASSES.contain(Recorder.class)).isTrue();
    }

    @Test
    void kernelsKnowNeitherModelNorTrainer() {
        noClasses()
                .that()
                .resideInAPackage("org.tornadogpt.kernels..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.tornadogpt.checks..",
                        "org.tornadogpt.model..",
                        "org.tornadogpt.trainer..",
                        "org.tornadogpt.bench..")
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

    /** The floors: each sees those below it. */
    @Test
    void packagesAreFloors() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("org.tornadogpt.kernels..")
                .layer("memory")
                .definedBy("org.tornadogpt.kernels.memory")
                .layer("kernel")
                .definedBy("org.tornadogpt.kernels.kernel..")
                .layer("graph")
                .definedBy("org.tornadogpt.kernels.graph")
                .layer("cases")
                .definedBy("org.tornadogpt.kernels.cases")
                .layer("ops")
                .definedBy("org.tornadogpt.kernels.ops..")
                .layer("device")
                .definedBy("org.tornadogpt.kernels.device..")
                .layer("check")
                .definedBy("org.tornadogpt.kernels.check")
                .whereLayer("memory")
                .mayNotAccessAnyLayer()
                .whereLayer("kernel")
                .mayOnlyAccessLayers("memory")
                .whereLayer("graph")
                .mayOnlyAccessLayers("memory", "kernel")
                .whereLayer("cases")
                .mayOnlyAccessLayers("memory", "kernel", "graph")
                .whereLayer("ops")
                .mayOnlyAccessLayers("memory", "kernel", "graph", "cases")
                .whereLayer("device")
                .mayOnlyAccessLayers("memory", "kernel", "graph")
                .ensureAllClassesAreContainedInArchitectureIgnoring("org.tornadogpt.kernels")
                .check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        for (String slices : List.of("org.tornadogpt.kernels.(**)", "org.tornadogpt.kernels.ops.(*)")) {
            SlicesRuleDefinition.slices()
                    .matching(slices)
                    .should()
                    .beFreeOfCycles()
                    .check(CLASSES);
        }
    }

    /** TornadoVM computes wrong addresses of local memory in methods that it inlines. */
    @Test
    void kernelsForWorkGroupsHandLocalMemoryToNoHelper() {
        int kernels = 0;
        for (JavaClass type : CLASSES) {
            for (JavaMethod method : type.getMethods()) {
                if (isGiven(method.getRawParameterTypes(), KernelContext.class)) {
                    kernels++;
                    assertThat(method.getMethodCallsFromSelf())
                            .filteredOn(call -> isGiven(call.getTarget().getRawParameterTypes(), float[].class)
                                    || isGiven(call.getTarget().getRawParameterTypes(), int[].class))
                            .as(method.getFullName())
                            .isEmpty();
                }
            }
        }
        assertThat(kernels).isGreaterThan(9);
    }

    /**
     * Where C2 does not inline such a method, each of its vectors is allocated; which it inlines by itself differs from
     * run to run.
     */
    @Test
    void methodsAreInlinedThatTakeOrReturnVectors() throws IOException {
        String rules = Files.readString(INLINING);
        int methods = 0;
        for (JavaClass type : CLASSES) {
            for (JavaMethod method : type.getMethods()) {
                if (passesVectors(method)) {
                    methods++;
                    assertThat(rules)
                            .containsPattern(Pattern.quote("\ninline " + type.getSimpleName() + "::") + "([*]|"
                                    + method.getName() + ")\n");
                }
            }
        }
        assertThat(methods).isGreaterThan(15);
    }

    /** The JVM does not say that an option for a method means none. */
    @Test
    void rulesOfInliningNameMethodsThatThereAre() throws IOException {
        Matcher named = Pattern.compile("inline (\\w*Vector\\w*)[*]?::(\\w+)").matcher(Files.readString(INLINING));
        int methods = 0;
        while (named.find()) {
            methods++;
            String type = named.group(1);
            assertThat(CLASSES.stream().filter(c -> isOrIsWithin(c, type)).flatMap(c -> c.getMethods().stream()))
                    .extracting(JavaMethod::getName)
                    .contains(named.group(2));
        }
        assertThat(methods).isGreaterThan(15);
    }

    private static boolean isOrIsWithin(JavaClass type, String name) {
        return type.getName().matches(".*[.]" + name + "([$].*)?");
    }

    private static boolean passesVectors(JavaMethod method) {
        return isVector(method.getRawReturnType())
                || method.getRawParameterTypes().stream().anyMatch(ArchitectureTest::isVector);
    }

    private static boolean isVector(JavaClass type) {
        return type.isAssignableTo("jdk.incubator.vector.Vector")
                || type.isAssignableTo("jdk.incubator.vector.VectorMask");
    }

    private static boolean isGiven(List<JavaClass> parameters, Class<?> type) {
        return parameters.stream().anyMatch(p -> p.getName().equals(type.getName()));
    }
}
