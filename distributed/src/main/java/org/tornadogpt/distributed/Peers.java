package org.tornadogpt.distributed;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.distributed.mpi.Mpi;

/** The other processes, by host and number. */
final class Peers {
    private static final int HOST_LETTERS = 64;

    private final int own;
    private final List<Peer> all;

    private Peers(int own, List<Peer> all) {
        this.own = own;
        this.all = List.copyOf(all);
    }

    private record Peer(String host, long pid) {}

    /** Asks all of them. */
    static Peers of(Mpi mpi) {
        double[] mine = new double[HOST_LETTERS + 1];
        mine[0] = ProcessHandle.current().pid();
        String host = hostName();
        for (int i = 0; i < Math.min(host.length(), HOST_LETTERS); i++) {
            mine[1 + i] = host.charAt(i);
        }
        double[] gathered = mpi.gather(mine);
        List<Peer> all = new ArrayList<>();
        for (int rank = 0; rank < mpi.size(); rank++) {
            int from = rank * mine.length;
            StringBuilder name = new StringBuilder();
            for (int i = 1; i < mine.length && gathered[from + i] != 0; i++) {
                name.append((char) gathered[from + i]);
            }
            all.add(new Peer(name.toString(), (long) gathered[from]));
        }
        return new Peers(mpi.rank(), all);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this host";
        }
    }

    /** A rank with what a user can look for. */
    String describe(int rank) {
        Peer peer = all.get(rank);
        return "rank " + rank + " (process " + peer.pid() + " on " + peer.host() + ")";
    }

    /** The first rank of this host whose process is no more. */
    Optional<Integer> dead() {
        for (int rank = 0; rank < all.size(); rank++) {
            Peer peer = all.get(rank);
            if (rank != own && peer.host().equals(all.get(own).host()) && !isAlive(peer.pid())) {
                return Optional.of(rank);
            }
        }
        return Optional.empty();
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
