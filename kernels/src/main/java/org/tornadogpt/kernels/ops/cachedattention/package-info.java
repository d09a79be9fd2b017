/** Attention of one new position over kept keys and values. */
package org.tornadogpt.kernels.ops.cachedattention;
