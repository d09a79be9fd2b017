package org.tornadogpt.kernels.tornado;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the time that each task took on the device from TornadoVM's profile, which has them in its JSON log only. */
final class KernelTimes {
    private static final Pattern TASK = Pattern.compile("\"([^\"]+)\"\\s*:\\s*\\{([^{}]*)\\}");
    private static final Pattern TIME = Pattern.compile("\"TASK_KERNEL_TIME\"\\s*:\\s*\"(\\d+)\"");

    private KernelTimes() {}

    /** Nanoseconds by task, {@code graph.task}; of several entries for a task the last counts. */
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
