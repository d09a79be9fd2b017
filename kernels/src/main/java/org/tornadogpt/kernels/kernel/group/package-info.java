/** What kernels written for work-groups share. */
package org.tornadogpt.kernels.kernel.group;
