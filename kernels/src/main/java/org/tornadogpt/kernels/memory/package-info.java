/** Data and where it lies: tensors, slices of flat arrays, and the planner that places activations. */
package org.tornadogpt.kernels.memory;
