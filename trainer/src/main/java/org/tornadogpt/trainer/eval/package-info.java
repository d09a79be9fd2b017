/** What a trained model is worth: whole texts by a sliding window, and tasks scored by log likelihood. */
package org.tornadogpt.trainer.eval;
