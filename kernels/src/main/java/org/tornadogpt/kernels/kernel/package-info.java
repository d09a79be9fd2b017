/** What a kernel is handed and what it says of itself: nothing here knows programs or devices. */
package org.tornadogpt.kernels.kernel;
