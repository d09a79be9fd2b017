/** What the Vector API variants share: vector shapes, elementary functions, random masks. */
package org.tornadogpt.kernels.kernel.vector;
