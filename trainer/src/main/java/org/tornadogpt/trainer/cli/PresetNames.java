package org.tornadogpt.trainer.cli;

import java.util.Iterator;
import org.tornadogpt.trainer.settings.TrainingPreset;

/** For the help of options that name a preset. */
public final class PresetNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return TrainingPreset.names().iterator();
    }
}
