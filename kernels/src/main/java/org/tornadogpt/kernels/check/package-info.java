/** Compares a device's kernels with the sequential reference, through the whole path from recording to result. */
package org.tornadogpt.kernels.check;
