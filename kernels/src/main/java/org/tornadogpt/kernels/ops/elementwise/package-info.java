/** Filling, copying and adding arrays. */
package org.tornadogpt.kernels.ops.elementwise;
