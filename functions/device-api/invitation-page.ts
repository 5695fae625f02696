// GET /invitation: the page behind `urls.invitationEmail`, for people who follow the link that an MDM server mailed to them. Apple's page connects the Apple
// Account of the person who signs in there. Nobody signs in here: a client user becomes Associated only when an MDM server states its Managed Apple Account.
// The page is the same for every invite code, so that it confirms no code and shows no text that somebody else chose.

export const INVITATION_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Invitation to apps and books of your organization</title>
</head>
<body>
<main>
<h1>Invitation to apps and books of your organization</h1>
<p>Your organization wants to give you apps and books. You cannot accept the invitation on this page: an administrator of your organization has to connect your account.</p>
<h2>What to do</h2>
<ol>
<li>Contact the administrators of your organization, for example its help desk.</li>
<li>Tell them your Managed Apple Account, the address that you sign in with at your organization. Never tell anybody your password.</li>
<li>When they have connected it, you get the apps and books. You do not need this page again.</li>
</ol>
<h2>For administrators</h2>
<p>Enter the person's Managed Apple Account in your device management service. It sends the account as <code>managedAppleId</code> with <code>users/update</code>, and the user is Associated.</p>
</main>
</body>
</html>
`;
