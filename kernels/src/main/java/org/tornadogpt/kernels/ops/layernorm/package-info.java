/** Layer normalisation. */
package org.tornadogpt.kernels.ops.layernorm;
