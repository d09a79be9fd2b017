package org.tornadogpt.distributed.plan;

/**
 * Machines and what is between them.
 *
 * @param perNode ranks of one machine, g
 * @param flops operations a second that a rank really does, F
 * @param memoryBandwidth bytes a second of a rank's own memory
 * @param nodeBandwidth bytes a second between ranks of a machine, each way
 * @param networkBandwidth bytes a second between machines, for all ranks of a machine together, each way
 * @param latency seconds that a message takes whatever its size
 */
record Cluster(
        int perNode,
        double flops,
        double memoryBandwidth,
        double nodeBandwidth,
        double networkBandwidth,
        double latency) {}
