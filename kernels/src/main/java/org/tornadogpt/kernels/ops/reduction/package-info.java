/** Sums over flat arrays. */
package org.tornadogpt.kernels.ops.reduction;
