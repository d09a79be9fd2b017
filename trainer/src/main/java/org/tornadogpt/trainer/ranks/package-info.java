/** What a training run needs to know of the processes that share it; how they talk is another module's. */
package org.tornadogpt.trainer.ranks;
