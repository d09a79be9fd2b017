/** Random numbers that depend on nothing but their place: the same on every device, in any order, after any restart. */
package org.tornadogpt.kernels.kernel.random;
