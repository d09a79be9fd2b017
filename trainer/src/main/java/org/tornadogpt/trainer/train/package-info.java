/** The training loop: run folders, the loop itself, the guard against NaN, and what is said about a run. */
package org.tornadogpt.trainer.train;
