/** AdamW. */
package org.tornadogpt.kernels.ops.optimizer;
