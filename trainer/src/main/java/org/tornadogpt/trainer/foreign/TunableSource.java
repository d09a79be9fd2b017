package org.tornadogpt.trainer.foreign;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import javax.lang.model.element.Modifier;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.tornadogpt.kernels.kernel.Tunable;
import org.tornadogpt.trainer.settings.UsageException;

/** A source file whose {@code @Tunable} constants can be given other values. */
public final class TunableSource {
    private final String text;
    private final List<TunableConstant> constants;

    private TunableSource(String text, List<TunableConstant> constants) {
        this.text = text;
        this.constants = constants;
    }

    /**
     * Reads a file without compiling it: what is wrong elsewhere in it shows when it is compiled.
     *
     * @throws UsageException if a constant marked {@code @Tunable} is not {@code static final int} with a literal value
     */
    public static TunableSource read(Path file) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new UsageException(SourceCompiler.noCompiler(file));
        }
        DiagnosticCollector<JavaFileObject> ignored = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(ignored, Locale.ROOT, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    new StringWriter(), files, ignored, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            Constants found = new Constants(file, Trees.instance(task).getSourcePositions());
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(found, unit);
            }
            return new TunableSource(Files.readString(file), List.copyOf(found.constants));
        }
    }

    public List<TunableConstant> constants() {
        return constants;
    }

    /** The values that the file itself gives, by name in the file's order. */
    public Map<String, Integer> own() {
        Map<String, Integer> own = new LinkedHashMap<>();
        constants.forEach(c -> own.put(c.name(), c.own()));
        return own;
    }

    /** Every combination of the values to try, the file's own first. */
    public List<Map<String, Integer>> combinations() {
        List<Map<String, Integer>> all = new ArrayList<>(List.of(Map.of()));
        for (TunableConstant constant : constants) {
            List<Map<String, Integer>> longer = new ArrayList<>();
            for (Map<String, Integer> begun : all) {
                for (int value : constant.values()) {
                    Map<String, Integer> next = new LinkedHashMap<>(begun);
                    next.put(constant.name(), value);
                    longer.add(next);
                }
            }
            all = longer;
        }
        all.remove(own());
        all.add(0, own());
        return all;
    }

    /**
     * The file's text with other values.
     *
     * @throws UsageException if a name is none of the constants
     */
    public String with(Map<String, Integer> values) {
        for (String name : values.keySet()) {
            if (constants.stream().noneMatch(c -> c.name().equals(name))) {
                throw new UsageException("no constant " + name + " is marked @Tunable");
            }
        }
        StringBuilder changed = new StringBuilder(text);
        List<TunableConstant> backwards = constants.stream()
                .sorted(Comparator.comparingInt(TunableConstant::start).reversed())
                .toList();
        for (TunableConstant c : backwards) {
            changed.replace(c.start(), c.end(), String.valueOf(values.getOrDefault(c.name(), c.own())));
        }
        return changed.toString();
    }

    /** A checksum of all but the constants' values: by it a file is known again that has changed since. */
    public String checksum() {
        Map<String, Integer> zeros = new LinkedHashMap<>();
        constants.forEach(c -> zeros.put(c.name(), 0));
        CRC32 sum = new CRC32();
        sum.update(with(zeros).getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }

    /** Collects what is marked. */
    private static final class Constants extends TreeScanner<Void, CompilationUnitTree> {
        private static final String MARK = Tunable.class.getSimpleName();

        private final Path file;
        private final SourcePositions positions;
        private final List<TunableConstant> constants = new ArrayList<>();

        Constants(Path file, SourcePositions positions) {
            this.file = file;
            this.positions = positions;
        }

        @Override
        public Void visitVariable(VariableTree field, CompilationUnitTree unit) {
            for (AnnotationTree annotation : field.getModifiers().getAnnotations()) {
                String type = annotation.getAnnotationType().toString();
                if (type.equals(MARK) || type.equals(Tunable.class.getName())) {
                    constants.add(constant(field, annotation, unit));
                }
            }
            return super.visitVariable(field, unit);
        }

        private TunableConstant constant(VariableTree field, AnnotationTree annotation, CompilationUnitTree unit) {
            String name = field.getName().toString();
            boolean constant = field.getModifiers().getFlags().containsAll(List.of(Modifier.STATIC, Modifier.FINAL))
                    && String.valueOf(field.getType()).equals("int");
            List<Integer> values = annotation.getArguments().size() == 1
                    ? values(annotation.getArguments().get(0))
                    : List.of();
            if (!constant || values.isEmpty() || !(number(field.getInitializer()) instanceof Integer own)) {
                throw new UsageException(file + ": " + name
                        + " is marked @Tunable, but is not like '@Tunable({32, 64}) static final int " + name
                        + " = 32;'");
            }
            return new TunableConstant(
                    name, values, own, (int) positions.getStartPosition(unit, field.getInitializer()), (int)
                            positions.getEndPosition(unit, field.getInitializer()));
        }

        /** Empty if they are no literals. */
        private static List<Integer> values(ExpressionTree argument) {
            ExpressionTree value = argument instanceof AssignmentTree named ? named.getExpression() : argument;
            List<? extends ExpressionTree> all =
                    value instanceof NewArrayTree array ? array.getInitializers() : List.of(value);
            List<Integer> numbers = new ArrayList<>();
            for (ExpressionTree each : all) {
                if (!(number(each) instanceof Integer number)) {
                    return List.of();
                }
                numbers.add(number);
            }
            return numbers.stream().distinct().toList();
        }

        private static Object number(ExpressionTree tree) {
            return tree instanceof LiteralTree literal ? literal.getValue() : null;
        }
    }
}
