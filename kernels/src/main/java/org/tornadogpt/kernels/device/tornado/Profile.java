package org.tornadogpt.kernels.device.tornado;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;

/**
 * What TornadoVM's profiler tells of one run of one graph.
 *
 * @param kernelNanos nanoseconds on the device by task, {@code graph.task}
 * @param compileNanos nanoseconds for making device code, by TornadoVM and by the driver
 */
record Profile(Map<String, Long> kernelNanos, long compileNanos) {
    private static final Pattern TASK = Pattern.compile("\"([^\"]+)\"\\s*:\\s*\\{([^{}]*)\\}");
    private static final Pattern TIME = Pattern.compile("\"TASK_KERNEL_TIME\"\\s*:\\s*\"(\\d+)\"");

    static Profile of(TornadoProfilerResult result) {
        return new Profile(parse(result.getProfileLog()), result.getCompileTime());
    }

    /** Times of tasks are in the JSON log only; of several entries for a task the last counts. */
    static Map<String, Long> parse(String log) {
        Map<String, Long> times = new HashMap<>();
        Matcher task = TASK.matcher(log);
        while (task.find()) {
            Matcher time = TIME.matcher(task.group(2));
            if (time.find()) {
                times.put(task.group(1), Long.parseLong(time.group(1)));
            }
        }
        return times;
    }
}
