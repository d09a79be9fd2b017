/** What several packages of this module need and nobody else: it may change at any time. */
package org.tornadogpt.model.internal;
