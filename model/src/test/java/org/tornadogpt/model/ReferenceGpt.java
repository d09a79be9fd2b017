package org.tornadogpt.model;

import org.apache.commons.math3.special.Erf;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.model.layer.ParameterLayout;

/**
 * A GPT's loss in double precision, written for comparison only: plain loops over the flat parameters, no sharing of
 * code.
 */
final class ReferenceGpt {
    private final GptConfig c;
    private final ParameterLayout layout;
    private final double[] p;
    private final int T;
    private final int seed;
    private final int step;
    private final int micro;

    /** Masks are those of {@code seed}, {@code step} and {@code micro}. */
    ReferenceGpt(GptConfig config, ParameterLayout layout, double[] parameters, int seed, int step, int micro) {
        c = config;
        this.layout = layout;
        p = parameters;
        T = config.blockSize();
        this.seed = seed;
        this.step = step;
        this.micro = micro;
    }

    /** The mean loss. */
    double loss(int[] tokens, int[] targets) {
        double[][] logits = logits(tokens);
        double sum = 0;
        for (int n = 0; n < logits.length; n++) {
            double total = 0;
            for (double logit : logits[n]) {
                total += Math.exp(logit);
            }
            sum += Math.log(total) - logits[n][targets[n]];
        }
        return sum / logits.length;
    }

    double[][] logits(int[] tokens) {
        double[][] x = new double[tokens.length][c.channels()];
        for (int n = 0; n < tokens.length; n++) {
            for (int i = 0; i < c.channels(); i++) {
                x[n][i] = at("wte.weight", tokens[n] * c.channels() + i) + at("wpe.weight", n % T * c.channels() + i);
            }
        }
        for (int l = 0; l < c.layers(); l++) {
            String h = "h." + l + ".";
            double[][] qkv = linear(norm(x, h + "ln_1"), h + "attn.c_attn", c.packedWidth());
            if (c.positions() == GptConfig.Positions.ROTARY) {
                rotate(qkv);
            }
            add(x, linear(attention(qkv, 3 * l), h + "attn.c_proj", c.channels()), 3 * l + 1);
            boolean gated = c.activation() == FeedForward.Kind.SWIGLU;
            double[][] pre = linear(norm(x, h + "ln_2"), h + "mlp.c_fc", c.mlpHidden() * (gated ? 2 : 1));
            double[][] hidden = new double[x.length][c.mlpHidden()];
            for (int n = 0; n < x.length; n++) {
                for (int i = 0; i < c.mlpHidden(); i++) {
                    hidden[n][i] = activation(pre[n][i]) * (gated ? pre[n][c.mlpHidden() + i] : 1);
                }
            }
            add(x, linear(hidden, h + "mlp.c_proj", c.channels()), 3 * l + 2);
        }
        return linear(norm(x, "ln_f"), "lm_head", c.vocabularySize());
    }

    /** Pairs (i, i + D/2) of every query and key head, by an angle of position * theta^(-2i/D). */
    private void rotate(double[][] qkv) {
        int D = c.headSize();
        for (int n = 0; n < qkv.length; n++) {
            for (int h = 0; h < c.heads() + c.kvHeads(); h++) {
                for (int i = 0; i < D / 2; i++) {
                    double angle = n % T * Math.pow(c.ropeTheta(), -2.0 * i / D);
                    double a = qkv[n][h * D + i];
                    double b = qkv[n][h * D + D / 2 + i];
                    qkv[n][h * D + i] = a * Math.cos(angle) - b * Math.sin(angle);
                    qkv[n][h * D + D / 2 + i] = b * Math.cos(angle) + a * Math.sin(angle);
                }
            }
        }
    }

    private double at(String name, int i) {
        return layout.has(name) ? p[layout.find(name).offset() + i] : 0;
    }

    private void add(double[][] x, double[][] branch, int site) {
        for (int n = 0; n < x.length; n++) {
            for (int i = 0; i < x[n].length; i++) {
                x[n][i] += mask(site, n, i) * branch[n][i];
            }
        }
    }

    private double mask(int site, int row, int column) {
        if (c.dropout() == 0) {
            return 1;
        }
        boolean kept = Philox.maskBits(seed, 0, step, micro, site, row, column) >= Math.round(c.dropout() * 65536);
        return kept ? 1 / (1 - (double) c.dropout()) : 0;
    }

    private double[][] norm(double[][] x, String name) {
        double[][] out = new double[x.length][c.channels()];
        for (int n = 0; n < x.length; n++) {
            double mean = 0;
            double variance = 0;
            for (double v : x[n]) {
                mean += c.norm() == Norm.Kind.LAYERNORM ? v / c.channels() : 0;
            }
            for (double v : x[n]) {
                variance += (v - mean) * (v - mean) / c.channels();
            }
            for (int i = 0; i < c.channels(); i++) {
                out[n][i] = (x[n][i] - mean) / Math.sqrt(variance + c.normEpsilon()) * at(name + ".weight", i)
                        + at(name + ".bias", i);
            }
        }
        return out;
    }

    private double[][] linear(double[][] x, String name, int O) {
        double[][] out = new double[x.length][O];
        for (int n = 0; n < x.length; n++) {
            int K = x[n].length;
            for (int o = 0; o < O; o++) {
                double sum = at(name + ".bias", o);
                for (int k = 0; k < K; k++) {
                    sum += x[n][k] * at(name + ".weight", o * K + k);
                }
                out[n][o] = sum;
            }
        }
        return out;
    }

    private double[][] attention(double[][] qkv, int site) {
        int D = c.headSize();
        double[][] out = new double[qkv.length][c.heads() * D];
        for (int n = 0; n < qkv.length; n++) {
            for (int h = 0; h < c.heads(); h++) {
                attend(qkv, n, h, site, out[n]);
            }
        }
        return out;
    }

    private void attend(double[][] qkv, int n, int h, int site, double[] out) {
        int D = c.headSize();
        int group = h / (c.heads() / c.kvHeads());
        int keys = (c.heads() + group) * D;
        int values = (c.heads() + c.kvHeads() + group) * D;
        int first = n / T * T;
        double total = 0;
        double[] weights = new double[n - first + 1];
        for (int j = 0; j < weights.length; j++) {
            double score = 0;
            for (int d = 0; d < D; d++) {
                score += qkv[n][h * D + d] * qkv[first + j][keys + d];
            }
            weights[j] = Math.exp(score / Math.sqrt(D));
            total += weights[j];
        }
        int row = (n / T * c.heads() + h) * T + n % T;
        for (int j = 0; j < weights.length; j++) {
            double weight = weights[j] / total * mask(site, row, j);
            for (int d = 0; d < D; d++) {
                out[h * D + d] += weight * qkv[first + j][values + d];
            }
        }
    }

    private double activation(double x) {
        return switch (c.activation()) {
            case RELU -> Math.max(x, 0);
            case GELU -> x / 2 * (1 + Erf.erf(x / Math.sqrt(2)));
            case SWIGLU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }
}
