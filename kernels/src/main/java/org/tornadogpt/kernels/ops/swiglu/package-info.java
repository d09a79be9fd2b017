/** A gate with the SiLU activation. */
package org.tornadogpt.kernels.ops.swiglu;
