/** Rotary position embedding. */
package org.tornadogpt.kernels.ops.rotary;
