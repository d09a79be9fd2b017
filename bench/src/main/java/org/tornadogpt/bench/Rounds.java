package org.tornadogpt.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Lets two sides take steps in turn; who begins changes from round to round.
 *
 * @param here this build
 * @param against the other
 */
record Rounds(Side here, Side against) {
    /** Takes untimed steps, as many on both sides, and returns how many. */
    int warmUp(WarmUp warmUp) {
        long start = System.nanoTime();
        int done = 0;
        while (warmUp.goesOn(done, (System.nanoTime() - start) / 2)) {
            turn(here, false);
            turn(against, false);
            done++;
        }
        return done;
    }

    /** @param profile whether each side also takes a step operation by operation in each round */
    Outcome run(int rounds, boolean profile) {
        List<Turn> turnsHere = new ArrayList<>();
        List<Turn> turnsAgainst = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                turnsHere.add(turn(here, profile));
                turnsAgainst.add(turn(against, profile));
            } else {
                turnsAgainst.add(turn(against, profile));
                turnsHere.add(turn(here, profile));
            }
        }
        return new Outcome(turnsHere, turnsAgainst);
    }

    private static Turn turn(Side side, boolean profile) {
        double millis = side.step();
        return new Turn(millis, side.loss(), profile ? side.profile() : Map.of());
    }
}
