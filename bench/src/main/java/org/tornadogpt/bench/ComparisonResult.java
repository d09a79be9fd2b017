package org.tornadogpt.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tornadogpt.trainer.settings.TrainSettings;

/** What came out of a comparison, for other programs. */
record ComparisonResult(Comparison comparison, Outcomes outcomes) {
    ObjectNode toJson(ObjectMapper json) {
        TrainSettings settings = TrainSettings.of(comparison.here());
        ObjectNode result = json.createObjectNode();
        result.put("preset", settings.preset());
        result.put("device", settings.device());
        result.put("against", comparison.build().folder().toString());
        ArrayNode differences = result.putArray("againstSettings");
        comparison.differences().forEach(differences::add);
        add(result, outcomes.steps());
        ArrayNode repeats = result.putArray("repeats");
        outcomes.steps().repeats().forEach(repeats::add);
        result.put("steps", outcomes.repeats().getFirst().here().size());
        result.put("lastLoss", outcomes.lastLoss());
        result.put("againstLastLoss", outcomes.againstLastLoss());
        result.put("largestLossDifference", outcomes.largestLossDifference());
        if (!outcomes.operations().isEmpty()) {
            ObjectNode operations = result.putObject("operations");
            outcomes.operations().forEach((name, ratios) -> add(operations.putObject(name), ratios));
        }
        result.put("jvm", System.getProperty("java.vm.version"));
        return result;
    }

    private static void add(ObjectNode result, Ratios ratios) {
        result.put("medianStepMillis", ratios.millis());
        result.put("againstMedianStepMillis", ratios.againstMillis());
        if (ratios.exist()) {
            result.put("ratio", ratios.ratio());
            ratios.interval()
                    .ifPresent(interval ->
                            result.putArray("interval").add(interval.low()).add(interval.high()));
            result.putArray("quartiles").add(ratios.lowerQuartile()).add(ratios.upperQuartile());
        }
    }
}
