/** Pictures of a run. */
package org.tornadogpt.trainer.plot;
