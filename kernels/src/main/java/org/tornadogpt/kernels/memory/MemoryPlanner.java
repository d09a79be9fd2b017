package org.tornadogpt.kernels.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places activations in arenas so that those never alive together share memory. Largest first, each into the lowest gap that is
 * free over its whole life (the "greedy by size" strategy of Pisarchyk and Lee 2020, arXiv:2001.03288, algorithm 3).
 */
public final class MemoryPlanner {
    /** Placements begin at multiples of this many floats: a cache line. */
    private static final int ALIGNMENT = 16;

    /** Where one storage goes. */
    private record Placement(Tensor.Storage storage, int first, int last, int arena, long offset) {
        boolean overlapsInTime(Lifetime other) {
            return first <= other.last && other.first <= last;
        }

        long end() {
            return offset + storage.length;
        }
    }

    private static final class Lifetime {
        final Tensor.Storage storage;
        final int first;
        int last;

        Lifetime(Tensor.Storage storage, int node) {
            this.storage = storage;
            first = node;
            last = node;
        }
    }

    private final long arenaLimit;
    private final List<Long> arenaSizes = new ArrayList<>();
    private final List<Placement> all = new ArrayList<>();

    /** @param arenaLimit most floats in one arena */
    public MemoryPlanner(long arenaLimit) {
        this.arenaLimit = arenaLimit;
    }

    /**
     * Plans one program; every program begins again at the start of the arenas, as no activation outlives its program.
     *
     * @param uses for each step, in order, the tensors that it reads or writes
     */
    public void plan(List<List<Tensor>> uses) {
        Map<Tensor.Storage, Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < uses.size(); i++) {
            for (Tensor tensor : uses.get(i)) {
                extend(lifetimes, tensor, i);
            }
        }
        List<Lifetime> bySize = new ArrayList<>(lifetimes.values());
        bySize.sort(
                Comparator.comparingInt((Lifetime life) -> life.storage.length).reversed());
        List<Placement> placed = new ArrayList<>();
        for (Lifetime life : bySize) {
            placed.add(place(life, placed));
        }
        all.addAll(placed);
    }

    private static void extend(Map<Tensor.Storage, Lifetime> lifetimes, Tensor tensor, int node) {
        if (!tensor.storage().isPlaced()) {
            lifetimes.computeIfAbsent(tensor.storage(), s -> new Lifetime(s, node)).last = node;
        }
    }

    private Placement place(Lifetime life, List<Placement> placed) {
        if (life.storage.length > arenaLimit) {
            throw new IllegalArgumentException("an activation of " + life.storage.length
                    + " floats does not fit into one array of at most " + arenaLimit);
        }
        for (int arena = 0; ; arena++) {
            long offset = lowestGap(life, placed, arena);
            if (offset + life.storage.length <= arenaLimit) {
                while (arenaSizes.size() <= arena) {
                    arenaSizes.add(0L);
                }
                arenaSizes.set(arena, Math.max(arenaSizes.get(arena), offset + life.storage.length));
                return new Placement(life.storage, life.first, life.last, arena, offset);
            }
        }
    }

    private static long lowestGap(Lifetime life, List<Placement> placed, int arena) {
        List<Placement> neighbours = placed.stream()
                .filter(p -> p.arena == arena && p.overlapsInTime(life))
                .sorted(Comparator.comparingLong(Placement::offset))
                .toList();
        long offset = 0;
        for (Placement p : neighbours) {
            if (offset + life.storage.length <= p.offset) {
                break;
            }
            offset = Math.max(offset, roundUp(p.end()));
        }
        return offset;
    }

    private static long roundUp(long floats) {
        return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Allocates the arenas and gives every planned activation its place. */
    public List<Slice> allocate() {
        List<Slice> arenas = arenaSizes.stream()
                .map(size -> Slice.allocate((int) (long) size))
                .toList();
        for (Placement p : all) {
            p.storage.place(arenas.get(p.arena).array(), (int) p.offset);
        }
        return arenas;
    }

    /** Floats in the largest arena. */
    public long largest() {
        return arenaSizes.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Floats in all arenas together. */
    public long size() {
        return arenaSizes.stream().mapToLong(Long::longValue).sum();
    }
}
