package org.tornadogpt.distributed.plan;

import org.tornadogpt.trainer.ranks.Exchange;

/**
 * What one step of data-parallel training needs, by formulas. P parameters, n ranks, g of them on a machine, k
 * micro-steps a rank, each of B T tokens; four bytes a float.
 *
 * <pre>
 *   memory of a rank
 *     parameters      4P
 *     gradients       4P, and 4P more where a rank adds up several micro-steps itself (fast, sharded; k &gt; 1)
 *     moments         8P, sharded 8P/n
 *     exchange        exact 4P + 4P/n, fast 0, sharded 4P/n
 *     activations     4 B T (17 L C + 2 V + 6 C), about
 *   bytes that a rank sends in a step
 *     exact           (k + 1) 4P (n-1)/n
 *     fast, sharded   2 4P (n-1)/n
 *   time
 *     computing       k B T (6P + 12 L C T) / F
 *     exchange        bytes / bandwidth + latency * messages: the slower of the two ways, within and between machines
 *     adding, AdamW   bytes of memory that they pass / memory bandwidth
 * </pre>
 */
record Plan(ModelShape model, Cluster cluster, Exchange exchange, int ranks, int microSteps, int batch) {
    private static final double FLOAT = Float.BYTES;

    /** Bytes of AdamW for a parameter: four arrays read, three written. */
    private static final double UPDATE_BYTES = 7 * FLOAT;

    private double bytes() {
        return FLOAT * model.parameters();
    }

    /** The part of an array that goes to others, or comes from them. */
    private double others() {
        return (ranks - 1.0) / ranks;
    }

    private boolean sharded() {
        return exchange == Exchange.SHARDED;
    }

    /** Bytes of parameters, gradients and what adds them up. */
    double gradientBytes() {
        double both = 2 * bytes();
        return switch (exchange) {
            case EXACT -> both + bytes() + bytes() / ranks;
            case FAST -> both + (microSteps > 1 ? bytes() : 0);
            case SHARDED -> both + (microSteps > 1 ? bytes() : 0) + bytes() / ranks;
        };
    }

    /** Bytes of AdamW's moments. */
    double momentBytes() {
        return 2 * bytes() / (sharded() ? ranks : 1);
    }

    /** Bytes that layers keep from the forward pass for the backward pass, about: see the class. */
    double activationBytes() {
        double rows = (double) batch * model.block();
        return FLOAT
                * rows
                * (17.0 * model.layers() * model.channels() + 2.0 * model.vocabulary() + 6.0 * model.channels());
    }

    double memoryBytes() {
        return gradientBytes() + momentBytes() + activationBytes();
    }

    /** Bytes that a rank sends in a step. */
    double sentBytes() {
        return bytes() * others() * (exchange == Exchange.EXACT ? microSteps + 1 : 2);
    }

    /**
     * Bytes that a machine sends to others in a step. In a ring one rank of it does; in an exchange of parts all do.
     */
    double sentByNodeBytes() {
        if (ranks <= cluster.perNode()) {
            return 0;
        }
        double ring = bytes() * others();
        double away = (ranks - cluster.perNode()) / (double) ranks;
        return exchange == Exchange.EXACT ? microSteps * cluster.perNode() * bytes() * away + ring : 2 * ring;
    }

    /** Messages one after the other. */
    private double messages() {
        return (ranks - 1.0) * (exchange == Exchange.EXACT ? microSteps + 1 : 2);
    }

    double computeSeconds() {
        return (double) microSteps * batch * model.block() * model.flopsPerToken() / cluster.flops();
    }

    double exchangeSeconds() {
        if (ranks == 1) {
            return 0;
        }
        double within = sentBytes() / cluster.nodeBandwidth();
        double between = sentByNodeBytes() / cluster.networkBandwidth();
        return Math.max(within, between) + messages() * cluster.latency();
    }

    /** Adding in order passes three arrays for each gradient that comes; AdamW all of its own. */
    double updateSeconds() {
        double adding = ranks > 1 && exchange == Exchange.EXACT ? 3.0 * microSteps * bytes() : 0;
        double adamW = UPDATE_BYTES * model.parameters() / (sharded() ? ranks : 1);
        return (adding + adamW) / cluster.memoryBandwidth();
    }

    double stepSeconds() {
        return computeSeconds() + exchangeSeconds() + updateSeconds();
    }

    double exchangeShare() {
        return exchangeSeconds() / stepSeconds();
    }

    double tokensPerSecond() {
        return (double) ranks * microSteps * batch * model.block() / stepSeconds();
    }

    /**
     * The step if gradients were exchanged layer by layer while the backward pass goes on, which takes two thirds of
     * the computing: a layer's exchange begins when its gradient is there and the layer's before it is done.
     */
    double overlappedStepSeconds() {
        double forward = computeSeconds() / 3;
        double backward = computeSeconds() - forward;
        double each = exchangeSeconds() / model.layers();
        double free = 0;
        for (int layer = 1; layer <= model.layers(); layer++) {
            double ready = forward + backward * layer / model.layers();
            free = Math.max(free, ready) + each;
        }
        return free + updateSeconds();
    }
}
