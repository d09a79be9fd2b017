package org.tornadogpt.model.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.SafeTensors;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.lora.Adapters;

/**
 * A folder of adapters as {@code peft} has it: {@code adapter_config.json} and {@code adapter_model.safetensors}. Where
 * another program has several matrices for one of ours (queries, keys and values of a Llama), A is the same for all and
 * B is cut by rows.
 */
public final class PeftFolder {
    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String WEIGHT = ".weight";
    private static final String CONFIG = "adapter_config.json";
    private static final String TENSORS = "adapter_model.safetensors";
    private static final int LARGEST = 1 << 20;

    private PeftFolder() {}

    /** Writes the adapters of a model in place of earlier ones. */
    public static void replace(Path folder, ModelConfig config, Adapters adapters) throws IOException {
        NewFiles.delete(folder);
        write(folder, config, adapters, "");
    }

    /** Writes the adapters of a model; the folder must not be there or be empty. */
    public static void write(Path folder, ModelConfig config, Adapters adapters, String base) throws IOException {
        GptConfig gpt = Family.check(config);
        List<Placement> tensors = new ArrayList<>();
        Set<String> modules = new LinkedHashSet<>();
        int rank = adapters.settings().rank();
        for (Placement p : HfFolder.placements(gpt)) {
            String a = p.ours().replaceAll("\\.weight$", ".lora_A");
            if (p.columns() > 0 && adapters.layout().has(a)) {
                String module = p.theirs().substring(0, p.theirs().length() - WEIGHT.length());
                modules.add(module.replaceFirst("^.*?\\.\\d+\\.", ""));
                tensors.add(Placement.of(PREFIX + module + A, a, rank, p.columns()));
                tensors.add(Placement.of(PREFIX + module + B, a.replaceAll("A$", "B"), p.rows(), rank)
                        .from(p.first()));
            }
        }
        NewFiles.folder(folder, path -> {
            TensorWriter.write(path.resolve(TENSORS), tensors, adapters.parameters(), Map.of("format", "pt"));
            Files.writeString(path.resolve(CONFIG), config(gpt, adapters, base, modules), StandardCharsets.UTF_8);
        });
    }

    private static String config(GptConfig config, Adapters adapters, String base, Set<String> modules) {
        ObjectNode tree = Json.MAPPER
                .createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", base)
                .put("r", adapters.settings().rank())
                .put("lora_alpha", adapters.settings().alpha())
                .put("lora_dropout", 0f)
                .put("bias", "none")
                .put("fan_in_fan_out", Family.of(config) == Family.GPT2)
                .put("init_lora_weights", true)
                .put("inference_mode", true);
        ArrayNode targets = tree.putArray("target_modules");
        modules.forEach(targets::add);
        return Json.write(tree);
    }

    /**
     * Adds adapters to a model's weights: W + s B A.
     *
     * @return how many matrices were changed
     * @throws IOException that says what does not fit
     */
    public static int merge(Path folder, Weights weights) throws IOException {
        GptConfig gpt = Family.check(weights.model().config());
        float scale = scale(folder);
        Map<String, Placement> byModule = new HashMap<>();
        for (Placement p : HfFolder.placements(gpt)) {
            if (p.columns() > 0) {
                byModule.put(PREFIX + p.theirs().substring(0, p.theirs().length() - WEIGHT.length()), p);
            }
        }
        try (SafeTensors tensors = SafeTensors.openAny(folder.resolve(TENSORS))) {
            List<String> modules = modules(folder, tensors, byModule);
            for (String module : modules) {
                Placement p = byModule.get(module);
                int rank = rank(folder, tensors, module, p);
                add(p, weights, tensors.floats(module + A), tensors.floats(module + B), rank, scale);
            }
            weights.changed();
            return modules.size();
        }
    }

    private static List<String> modules(Path folder, SafeTensors tensors, Map<String, Placement> known)
            throws IOException {
        List<String> modules = new ArrayList<>();
        for (SafeTensors.Entry entry : tensors.entries()) {
            String name = entry.name();
            String module = name.replaceAll("\\.lora_[AB]\\.weight$", "");
            if (module.equals(name) || !known.containsKey(module)) {
                throw new CheckpointException("tensor " + name + " in " + folder + " is no adapter of this model");
            }
            if (name.endsWith(A)) {
                modules.add(module);
            }
        }
        return modules;
    }

    private static int rank(Path folder, SafeTensors tensors, String module, Placement p) throws IOException {
        List<Integer> a = tensors.entry(module + A).shape();
        List<Integer> b = tensors.entry(module + B).shape();
        if (a.size() != 2 || !b.equals(List.of(p.rows(), a.get(0))) || a.get(1) != p.columns()) {
            throw new CheckpointException("adapter " + module + " in " + folder + " has shapes " + a + " and " + b
                    + ", the model's matrix is " + p.rows() + " by " + p.columns());
        }
        return a.get(0);
    }

    private static void add(Placement p, Weights weights, float[] a, float[] b, int rank, float scale) {
        Slice slice = weights.parameters().get(p.ours()).slice();
        for (int row = 0; row < p.rows(); row++) {
            for (int column = 0; column < p.columns(); column++) {
                double sum = 0;
                for (int k = 0; k < rank; k++) {
                    sum += (double) b[row * rank + k] * a[k * p.columns() + column];
                }
                int at = (p.first() + row) * p.columns() + column;
                slice.set(at, (float) (slice.get(at) + scale * sum));
            }
        }
    }

    private static float scale(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
            throw new CheckpointException("no " + CONFIG + " in " + folder + ": it is no folder of adapters");
        }
        JsonNode tree;
        try {
            tree = Json.readObject(Json.text(file));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (!tree.path("peft_type").asText().equals("LORA")) {
            throw new CheckpointException(file + " is of type " + tree.path("peft_type") + "; LORA can be merged");
        }
        for (String key : List.of("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save")) {
            JsonNode value = tree.path(key);
            if (value.asBoolean() || (value.isContainerNode() && !value.isEmpty())) {
                throw new CheckpointException(file + " asks for " + key + ", which cannot be merged");
            }
        }
        double rank = tree.path("r").asDouble();
        double alpha = tree.path("lora_alpha").asDouble();
        if (!(rank >= 1) || !(alpha > 0)) {
            throw new CheckpointException(
                    file + " has r=" + tree.path("r") + " and lora_alpha=" + tree.path("lora_alpha"));
        }
        return (float) (alpha / (tree.path("use_rslora").asBoolean() ? Math.sqrt(rank) : rank));
    }
}
