/** Root mean square normalisation. */
package org.tornadogpt.kernels.ops.rmsnorm;
