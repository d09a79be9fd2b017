/** A branch joined to the residual stream, with dropout. */
package org.tornadogpt.kernels.ops.residual;
