package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Looks for a likely text: of all continuations of the texts kept so far, the likeliest are kept. A text that has ended
 * competes with the others by {@code logProbability / length^lengthPenalty} (Wu et al. 2016, without their constants).
 * Goes step by step, so that other texts may be written between its steps.
 */
public final class BeamSearch implements AutoCloseable {
    /**
     * What is looked for.
     *
     * @param prompt at least one token
     * @param tokens how many to write
     * @param beams how many texts are kept
     * @param lengthPenalty 0 compares sums, 1 means
     * @param ended whether a text, without its prompt, ends here; never for one that has no such end
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    public record Request(int[] prompt, int tokens, int beams, double lengthPenalty, Predicate<int[]> ended) {
        public Request {
            Checks.positive("tokens", tokens);
            Checks.positive("beams", beams);
            if (!(Math.abs(lengthPenalty) < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the length penalty must be a number, got " + lengthPenalty);
            }
        }
    }

    /**
     * A token that was kept at some step.
     *
     * @param parent the number of the node before it, -1 after the prompt
     * @param logProbability of the token
     * @param total of all tokens up to it
     */
    public record Node(int number, int parent, int token, double logProbability, double total) {}

    /** A text, its prompt left out. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    public record Text(int[] tokens, double logProbability, double score, boolean ended, int node) {}

    /** A text that is kept; {@code node} is that of its last token. */
    private final class Beam {
        final int node;
        final double total;
        final int[] tokens;
        final ContextWindow window;
        DecodeSession.Sequence sequence;

        Beam(int node, double total, int[] tokens, ContextWindow window) {
            this.node = node;
            this.total = total;
            this.tokens = tokens;
            this.window = window;
        }

        Text text(boolean ended) {
            double score = total / Math.pow(Math.max(1, tokens.length), request.lengthPenalty);
            return new Text(tokens, total, score, ended, node);
        }
    }

    /** A continuation of a beam. */
    private record Candidate(Beam beam, int token, double logProbability) {
        double total() {
            return beam.total + logProbability;
        }
    }

    private final DecodeSession session;
    private final Request request;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Text> ended = new ArrayList<>();
    private List<Beam> beams = new ArrayList<>();
    private int written;

    /** Needs as many free slots of the session as there are beams. */
    public BeamSearch(DecodeSession session, Request request) {
        if (request.beams > session.free()) {
            throw new IllegalArgumentException(
                    request.beams + " beams do not fit the " + session.free() + " free slots of the session");
        }
        this.session = session;
        this.request = request;
        Beam root =
                new Beam(-1, 0, new int[0], new ContextWindow(session.model().blockSize(), request.prompt));
        root.sequence = session.open(root.window.tokens());
        beams.add(root);
    }

    /**
     * Computes one token of each beam and, when all are computed, chooses the next; returns whether there is more to
     * do.
     */
    public boolean step() {
        if (isDone()) {
            return false;
        }
        session.step(beams.stream().map(beam -> beam.sequence).toList());
        if (beams.stream().allMatch(beam -> beam.sequence.isReady())) {
            choose();
        }
        return !isDone();
    }

    private boolean isDone() {
        return written == request.tokens || beams.isEmpty() || ended.size() >= request.beams;
    }

    private void choose() {
        List<Candidate> candidates = new ArrayList<>();
        for (Beam beam : beams) {
            for (LogProbabilities.Scored next : new LogProbabilities(beam.sequence.logits()).top(2 * request.beams)) {
                candidates.add(new Candidate(beam, next.token(), next.logProbability()));
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::total).reversed());
        List<Beam> next = new ArrayList<>();
        List<Beam> parents = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (next.size() == request.beams) {
                break;
            }
            Beam grown = grow(candidate);
            if (request.ended.test(grown.tokens)) {
                ended.add(grown.text(true));
            } else {
                next.add(grown);
                parents.add(candidate.beam);
            }
        }
        written++;
        replace(next, parents);
    }

    private Beam grow(Candidate candidate) {
        Beam parent = candidate.beam;
        int number = nodes.size();
        nodes.add(new Node(number, parent.node, candidate.token, candidate.logProbability, candidate.total()));
        int[] tokens = Arrays.copyOf(parent.tokens, parent.tokens.length + 1);
        tokens[parent.tokens.length] = candidate.token;
        return new Beam(number, candidate.total(), tokens, new ContextWindow(parent.window));
    }

    /**
     * The first child of a beam goes on with its keys and values; others, and those whose window is cut, begin anew.
     */
    private void replace(List<Beam> next, List<Beam> parents) {
        Set<Beam> inherited = new HashSet<>();
        for (int i = 0; i < next.size(); i++) {
            Beam beam = next.get(i);
            int token = beam.tokens[beam.tokens.length - 1];
            if (!beam.window.add(token) && inherited.add(parents.get(i))) {
                beam.sequence = parents.get(i).sequence;
                if (written < request.tokens) {
                    beam.sequence.append(token);
                }
            }
        }
        beams.stream().filter(beam -> !inherited.contains(beam)).forEach(beam -> beam.sequence.close());
        beams = next;
        for (Beam beam : next) {
            if (beam.sequence == null) {
                beam.sequence = session.open(beam.window.tokens());
            }
        }
    }

    /** Every token that was kept at some step, parents first. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** The texts, the best first: what ended, then what did not. */
    public List<Text> texts() {
        List<Text> texts = new ArrayList<>(ended);
        if (texts.size() < request.beams) {
            beams.stream().map(beam -> beam.text(false)).forEach(texts::add);
        }
        texts.sort(Comparator.comparingDouble(Text::score).reversed());
        return texts.subList(0, Math.min(texts.size(), request.beams));
    }

    /** Gives the slots back. */
    @Override
    public void close() {
        beams.forEach(beam -> beam.sequence.close());
    }
}
