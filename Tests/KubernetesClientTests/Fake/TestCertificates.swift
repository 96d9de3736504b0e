/// Certificates for the tests alone, valid until 2126. The authority's key is not kept.
enum TestCertificates {
  /// Signed all but the next.
  static let authority = """
    -----BEGIN CERTIFICATE-----
    MIIBmTCCAT+gAwIBAgIUQut9ixUfyyrNm8Mb+j+cmS8GF7AwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIzMTQzMDM1WhgPMjEy
    NjEwMzAxNDMwMzVaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
    zj0CAQYIKoZIzj0DAQcDQgAEuHdVmn/anHdpee4U7bTjdw59YZ8lbOz/2mxAootM
    dFmG44j7G/+Pe8s2pdHQoKPRNy7LSMVqU02k77RwdA8XCaNjMGEwHQYDVR0OBBYE
    FO/e7jb9h/aq+ve1WDw6vE5Vt68sMB8GA1UdIwQYMBaAFO/e7jb9h/aq+ve1WDw6
    vE5Vt68sMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMAoGCCqGSM49
    BAMCA0gAMEUCIBUPxgiJE+KtpBUu3JnjPfAmyDPykfESeGrszJeVmMqpAiEAylj1
    41i6qtq1g6lVLWykA3fSH/0gUayDOVRkiCzQDGU=
    -----END CERTIFICATE-----

    """
  static let otherAuthority = """
    -----BEGIN CERTIFICATE-----
    MIIBkDCCATWgAwIBAgIUBQLGDZ3QXKtYUH2/5VYXBXn39aQwCgYIKoZIzj0EAwIw
    HDEaMBgGA1UEAwwRYW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTIzMTQzMDM1WhgP
    MjEyNjEwMzAxNDMwMzVaMBwxGjAYBgNVBAMMEWFub3RoZXIgYXV0aG9yaXR5MFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECDgku9iRciEX5zQxJXEEak22nEzUTOdK
    wYRtUNho4tnaQgdjAGrztZsePwyQhYSuhSwBh2ijM//GhJqW7JNWaqNTMFEwHQYD
    VR0OBBYEFG+YqUVrhJimCKYxU8YkBpp9kac9MB8GA1UdIwQYMBaAFG+YqUVrhJim
    CKYxU8YkBpp9kac9MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
    AMlzwzdN6bhxJqLAl7i7H4xAuB5pXQWoge+p3a+lBDsGAiEA3XuifeVVi8E3OYRX
    Y2SvgHNo7QleyeMPXEToh4A1pX0=
    -----END CERTIFICATE-----

    """
  /// A server at 127.0.0.1.
  static let server = """
    -----BEGIN CERTIFICATE-----
    MIIBjDCCATGgAwIBAgIUUxcCqOJ/xiMpRhE9Bq0ytjuOUpAwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIzMTQzMjA2WhgPMjEy
    NjEwMzAxNDMyMDZaMBExDzANBgNVBAMMBnNlcnZlcjBZMBMGByqGSM49AgEGCCqG
    SM49AwEHA0IABI9ohLCWwx67zwvi4Z/sUWHRYX0pVnS5JPGuHlqz6Bwbk+r5vCkQ
    qqRqlZ3Y7uj2mVLRbTm/x1R4FdVsnRV68zKjXTBbMBkGA1UdEQQSMBCHBH8AAAGC
    CGFwaS50ZXN0MB0GA1UdDgQWBBQCHHeYTaoPFtsCMi03EfTSA5IHljAfBgNVHSME
    GDAWgBTv3u42/Yf2qvr3tVg8OrxOVbevLDAKBggqhkjOPQQDAgNJADBGAiEA2G6W
    nmVTJk5S++LAhY8gyoS5HSNDhgaoucYyvfPd//ACIQDmY9rViL9trKdPxw3MAeDp
    5NpB7FMm6ZW/Cps+devHxg==
    -----END CERTIFICATE-----

    """
  static let serverKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdAXBK/LQ8nIdtnBr
    lDVYRlEVftPc/OG0jEx9F16turWhRANCAASPaISwlsMeu88L4uGf7FFh0WF9KVZ0
    uSTxrh5as+gcG5Pq+bwpEKqkapWd2O7o9plS0W05v8dUeBXVbJ0VevMy
    -----END PRIVATE KEY-----

    """
  /// A server called api.test, at no known address.
  static let namedServer = """
    -----BEGIN CERTIFICATE-----
    MIIBhDCCASqgAwIBAgIUUxcCqOJ/xiMpRhE9Bq0ytjuOUpIwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIzMTQzOTQzWhgPMjEy
    NjEwMzAxNDM5NDNaMBAxDjAMBgNVBAMMBW5hbWVkMFkwEwYHKoZIzj0CAQYIKoZI
    zj0DAQcDQgAEyirKpVaNX7fp7ckMF/4KoV58rORNY/ix93XT0b9pwUhgBrpHDhgk
    xO/qcAIx/Xrpmpfo0UVzHcvIlW53NMdJjaNXMFUwEwYDVR0RBAwwCoIIYXBpLnRl
    c3QwHQYDVR0OBBYEFJlUsL/eWlmazfvRld8oU4NiojM2MB8GA1UdIwQYMBaAFO/e
    7jb9h/aq+ve1WDw6vE5Vt68sMAoGCCqGSM49BAMCA0gAMEUCIQCFutbeHqozQiwX
    cZK4bD2ww4hYTCDTGCaVBIYU4bA//QIgYoNskSoZMezMbkx5/6M8bkt8zr+QZ8FC
    23ffhi6sC8A=
    -----END CERTIFICATE-----

    """
  static let namedServerKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxFmba7/GVmLnR0gW
    18NhNgiWO+mytt5q6OKYEVdJGj6hRANCAATKKsqlVo1ft+ntyQwX/gqhXnys5E1j
    +LH3ddPRv2nBSGAGukcOGCTE7+pwAjH9eumal+jRRXMdy8iVbnc0x0mN
    -----END PRIVATE KEY-----

    """
  /// The user admin.
  static let client = """
    -----BEGIN CERTIFICATE-----
    MIIBhDCCASqgAwIBAgIUUxcCqOJ/xiMpRhE9Bq0ytjuOUpEwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIzMTQzMjA2WhgPMjEy
    NjEwMzAxNDMyMDZaMBAxDjAMBgNVBAMMBWFkbWluMFkwEwYHKoZIzj0CAQYIKoZI
    zj0DAQcDQgAEJemn2rZk4IslFsn1kW3xpqYH2lCb58y1mDHGQxOs942+vADuGIcn
    qJyYDnBok2LNuYWKlHjHGdmk8M36ZMz14aNXMFUwEwYDVR0lBAwwCgYIKwYBBQUH
    AwIwHQYDVR0OBBYEFKdq7d1FhQKacFzrKWZDD9u0pSNuMB8GA1UdIwQYMBaAFO/e
    7jb9h/aq+ve1WDw6vE5Vt68sMAoGCCqGSM49BAMCA0gAMEUCIQD9ObGa7U1JFTZk
    to+fNwRLv/Yp2CIAFAoN73wW1BE6FQIgWftjOuR3pcJ3jFTf5f1468h8jhoMuqNg
    TCCB4XUfTkY=
    -----END CERTIFICATE-----

    """
  static let clientKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKYcs00Lrzp1nHYh6
    wecrVttDRWyYj7tkWngchrC6XfqhRANCAAQl6afatmTgiyUWyfWRbfGmpgfaUJvn
    zLWYMcZDE6z3jb68AO4YhyeonJgOcGiTYs25hYqUeMcZ2aTwzfpkzPXh
    -----END PRIVATE KEY-----

    """
}
