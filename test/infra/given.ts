/** What a deployer fills in, at its least. */
export const given = {
  organization: "Pretendco",
  country: "US",
  administratorEmail: "a@example.org",
  noticeEmails: ["tokens@example.org", "more@example.org"],
  alarmEmails: ["ops@example.org"],
  signInPrefix: "pretendco",
};
